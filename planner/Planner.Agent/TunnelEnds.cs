namespace Planner.Agent;

/// <summary>A tunnel as it is kept, so that a recovery finds the other host where it was.</summary>
/// <param name="Peer">Where the other agent is reached.</param>
/// <param name="PeerNode">The name of its host.</param>
/// <param name="Call">What is said to it.</param>
/// <param name="Origin">The address on the other host.</param>
internal sealed record TunnelEnds(string Peer, string PeerNode, PeerCall Call, string Origin);
