namespace Planner.Sessions;

/// <summary>The way the memory takes.</summary>
/// <param name="Channel">Where the source sends to.</param>
/// <param name="Listen">Where the destination listens.</param>
/// <param name="MayListenAlready">Whether a destination that listens already is taken as it is.</param>
internal sealed record HypervisorChannel(string Channel, string Listen, bool MayListenAlready);
