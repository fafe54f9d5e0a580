namespace Planner.Service;

/// <summary>A host that is to join.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Lasts">How long the token may be used, such as <c>1h</c>; an hour unless told.</param>
internal sealed record EnrolmentBody(string Node, string? Lasts = null);

/// <summary>A host may join.</summary>
/// <param name="Node">The name that it gets.</param>
/// <param name="JoinToken">The token; it is told once, and good for one time.</param>
/// <param name="Expires">Until when.</param>
internal sealed record Invitation(string Node, string JoinToken, DateTimeOffset Expires);

/// <summary>What a host shows to be certified.</summary>
/// <param name="Request">Its PKCS#10 request, as PEM.</param>
/// <param name="JoinToken">A join token.</param>
/// <param name="Challenge">Or a challenge.</param>
/// <param name="Signature">With its signature by the key that has joined (ECDSA with SHA-256, base64).</param>
internal sealed record CertificateBody(string Request, string? JoinToken = null, string? Challenge = null, string? Signature = null);

/// <summary>A host's certificate.</summary>
/// <param name="Certificate">As PEM.</param>
/// <param name="Authority">The certificates by which the service is known, as PEM.</param>
internal sealed record CertificateAnswer(string Certificate, string Authority);

/// <summary>The authority.</summary>
/// <param name="Authority">Its certificates, as PEM.</param>
internal sealed record AuthorityAnswer(string Authority);

/// <summary>What a host signs.</summary>
/// <param name="Challenge">The text.</param>
internal sealed record ChallengeAnswer(string Challenge);

/// <summary>A host with an agent.</summary>
/// <param name="Node">The host.</param>
/// <param name="Joined">When it joined; null if it has not, or was revoked.</param>
/// <param name="CertifiedUntil">Until when its certificate is good.</param>
/// <param name="MayJoinUntil">Until when a token for it may be used; null if there is none.</param>
internal sealed record EnrolmentView(string Node, DateTimeOffset? Joined, DateTimeOffset? CertifiedUntil, DateTimeOffset? MayJoinUntil)
{
    public static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>Since when its stream is up; null if it is away.</summary>
    public DateTimeOffset? AttachedSince { get; init; }

    /// <summary>The agent's version.</summary>
    public string? Version { get; init; }

    /// <summary>How many batches of measurements it has dropped, since its disk is bounded.</summary>
    public long? LostBatches { get; init; }

    /// <summary>Whether no machine is on the host; null if nobody can tell.</summary>
    public bool? IsEmpty { get; init; }

    /// <summary>The machines that it finds there; null while it is away.</summary>
    public IReadOnlyList<FoundMachineView>? Machines { get; init; }
}

/// <summary>A machine that an agent found.</summary>
/// <param name="Name">What its hypervisor calls it.</param>
/// <param name="Target">The address of its monitor; null where it has none that can be reached.</param>
/// <param name="Process">Its process.</param>
internal sealed record FoundMachineView(string Name, string? Target, int Process);
