using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>A device that takes no time and has a state of a few bytes: what a <see cref="WarmUp"/> migrates.</summary>
internal sealed class ImaginaryDevice : IMigrationDevice
{
    private const MigrationCapabilities All = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;
    private const int StateBytes = 64;

    private DeviceState _state = DeviceState.Running;
    private int _left;

    public string Address => "imaginary:";

    public DeviceOffer Offer { get; } = new()
    {
        DeviceClass = "imaginary",
        Capabilities = All,
        CommitArc = new Arc(DeviceState.RunningP2P, DeviceState.Stop),
        OffersDataSize = true,
        OffersPreCopyInfo = true,
        OffersReset = true,
    };

    public DeviceState GetState() => _state;

    public ArcResult SetState(DeviceState target)
    {
        _left = target.IsSaving() ? StateBytes : 0;
        _state = target;
        return new ArcResult(ArcOutcome.Completed, target, Errno.None, TimeSpan.Zero);
    }

    public ArcResult SetStateBy(DeviceState target, long deadlineNanoseconds) => SetState(target);

    public long GetDataSizeBytes() => StateBytes;

    public PreCopyInfo GetPreCopyInfo() => new(_left, 0, false);

    public TimeSpan GetWorstArcLatency(Arc arc) => TimeSpan.Zero;

    public int Read(Span<byte> buffer)
    {
        var length = _left;
        _left = 0;
        return length;
    }

    public void Write(ReadOnlySpan<byte> data)
    {
    }

    public void Reset() => _state = DeviceState.Running;

    public void Dispose()
    {
    }
}
