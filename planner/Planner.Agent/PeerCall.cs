namespace Planner.Agent;

/// <summary>The first line of a call from one agent to another: who comes for what.</summary>
/// <param name="Migration">The migration.</param>
/// <param name="Token">The token that it is moved under.</param>
/// <param name="Socket">The socket that is to be reached; empty to ask only whether the token still counts.</param>
internal sealed record PeerCall(string Migration, MachineToken Token, string Socket);

/// <summary>A tunnel as it is kept, so that a recovery finds the other host where it was.</summary>
/// <param name="Peer">Where the other agent is reached.</param>
/// <param name="PeerNode">The name of its host.</param>
/// <param name="Call">What is said to it.</param>
/// <param name="Origin">The address on the other host.</param>
internal sealed record TunnelEnds(string Peer, string PeerNode, PeerCall Call, string Origin);
