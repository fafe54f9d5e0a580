namespace Planner.Agent;

/// <summary>The first line of a call from one agent to another: who comes for what.</summary>
/// <param name="Migration">The migration.</param>
/// <param name="Token">The token that it is moved under.</param>
/// <param name="Socket">The socket that is to be reached; empty to ask only whether the token still counts.</param>
internal sealed record PeerCall(string Migration, MachineToken Token, string Socket);
