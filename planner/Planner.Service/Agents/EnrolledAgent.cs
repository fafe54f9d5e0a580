namespace Planner.Service;

/// <summary>A host that has an agent, or is to have one.</summary>
internal sealed record EnrolledAgent
{
    /// <summary>What identifies its key; null until it has joined.</summary>
    public string? KeyHash { get; init; }

    /// <summary>When it joined last.</summary>
    public DateTimeOffset? Joined { get; init; }

    /// <summary>Until when its certificate is good.</summary>
    public DateTimeOffset? CertifiedUntil { get; init; }

    /// <summary>What is kept of the secret of its join token; null once it is used.</summary>
    public string? JoinSecretHash { get; init; }

    /// <summary>Until when the join token may be used.</summary>
    public DateTimeOffset? JoinExpires { get; init; }

    /// <summary>Keys that are taken no more.</summary>
    public IReadOnlyList<string> RevokedKeys { get; init; } = [];

    /// <summary>Whether the host has an agent now.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasJoined => KeyHash is not null;
}
