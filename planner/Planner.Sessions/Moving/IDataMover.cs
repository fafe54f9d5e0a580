using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Moves the stream of one device from source to destination: one thread reads and another loads.</summary>
public interface IDataMover : IDisposable
{
    /// <summary>Makes the mover ready for a transfer. Neither side may be at work.</summary>
    void Begin();

    /// <summary>Reads the source; called on its thread. Returns when its part is done.</summary>
    /// <param name="source">The device, in a saving state; or the peer that sends.</param>
    /// <param name="end">When reading ends.</param>
    /// <param name="roundLimit">The longest time of a round; without effect for a whole stream.</param>
    void Read(IStateReader source, StreamEnd end, TimeSpan roundLimit);

    /// <summary>Loads the destination; called on its thread. Returns when its part is done.</summary>
    /// <param name="destination">The device, in RESUMING; or the peer that loads.</param>
    void Load(IStateWriter destination);

    /// <summary>Ends the transfer early. A call to a device that is under way is not cut short.</summary>
    /// <param name="side">The side that is the reason.</param>
    /// <param name="trouble">The reason, in one sentence.</param>
    void Abandon(MigrationSide side, string trouble);

    /// <summary>What it came to. Both sides have to be done.</summary>
    TransferResult Result { get; }
}
