namespace Planner.Measurements;

/// <summary>How a machine's memory is to be carried. What is null is taken as it is found on both sides.</summary>
/// <param name="TlsCredentials">The name under which each side keeps its credentials of TLS.</param>
/// <param name="Channels">How many connections carry the memory; from 1 to <see cref="MostChannels"/>.</param>
public sealed record MigrationTransport(string? TlsCredentials = null, int? Channels = null)
{
    /// <summary>The most channels there can be.</summary>
    public const int MostChannels = 255;

    /// <summary>Everything as it is found.</summary>
    public static MigrationTransport AsFound { get; } = new();

    /// <summary>What is wrong with it, in a sentence without a full stop; null if nothing is.</summary>
    public string? Problem => this switch
    {
        { Channels: < 1 or > MostChannels } => $"a migration has 1 to {MostChannels} channels, not {Channels}",
        { TlsCredentials: { } name } when string.IsNullOrWhiteSpace(name) || name.Any(c => char.IsControl(c) || c == '/') => $"'{string.Concat(name.Where(c => !char.IsControl(c)))}' is no name of credentials",
        _ => null,
    };
}
