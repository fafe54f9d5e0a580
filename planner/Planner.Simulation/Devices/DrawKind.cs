namespace Planner.Simulation;

/// <summary>What a random number of a simulated device is for; each kind has numbers of its own.</summary>
internal enum DrawKind
{
    Latency,
    Fault,
    StateSize,
    Reinit,
    GuestValue,
    Content,
}
