using System.Collections.Immutable;
using Planner.Devices;

namespace Planner.Simulation;

/// <summary>What a client said in its VERSION.</summary>
internal sealed record ServerClient
{
    /// <summary>The minor version that both speak.</summary>
    public ushort Minor { get; init; }

    /// <summary>The most data that the client takes or sends at a time.</summary>
    public long MaxDataBytes { get; init; } = VfioUserProtocol.DefaultMaxDataTransferBytes;

    /// <summary>The names of the capabilities that it proposed.</summary>
    public ImmutableHashSet<string> Keys { get; init; } = [];

    /// <summary>Whether it proposed a capability, with whatever value.</summary>
    public bool Proposes(string key) => Keys.Contains(key);
}
