using Planner.Engine;
using Planner.Measurements;

namespace Planner.Tests.Engine;

/// <content>What a machine with a passed-through device does differently, and what somebody beside the planner may do to it.</content>
internal sealed partial class HypervisorWorld
{
    private void AnswerContinue(TellHypervisor tell, Side side)
    {
        if (side.IsAlive)
        {
            Move(side, DeviceState.RunningP2P);
            Move(side, DeviceState.Running);
            In(0.3, 1, () => Feed(new HypervisorAnswered(tell.Side, tell.Order)));
        }
        else
        {
            Feed(new HypervisorAnswered(tell.Side, tell.Order, "it is gone", HypervisorFault.NotFound));
        }
    }

    private void StandsStill()
    {
        if (!_source.IsAlive)
        {
            return;
        }

        var isReset = _hasDevice && _random.Next(50) == 0;
        Move(_source, DeviceState.PreCopyP2P);
        Move(_source, isReset ? DeviceState.Running : DeviceState.StopCopy);
        Tell(_source, new GuestStopped { ReceivedNanoseconds = _now });
        if (_source.Migration != HypervisorMigrationStatus.Active)
        {
            // Its migration failed meanwhile.
            Resume(_source);
            return;
        }

        Change(_source, HypervisorMigrationStatus.Device);
        In(5, 400, isReset ? Fail : Sent);
    }

    /// <summary>Walks a device, during which the monitor answers nobody.</summary>
    private void Walk(Side side, Action then)
    {
        side.StalledUntil = Math.Max(side.StalledUntil, _now + _random.NextInt64(600 * Millisecond));
        At(side.StalledUntil, then);
    }

    private void Move(Side side, DeviceState state)
    {
        if (_hasDevice)
        {
            Tell(side, new DeviceStateChanged("dev0", state) { ReceivedNanoseconds = _now });
        }
    }

    /// <summary>Somebody else stops the guest, and lets it run again or not.</summary>
    private void StopByOthers(bool runsAgain)
    {
        if (_source is not { IsAlive: true, Guest: GuestRunState.Running })
        {
            return;
        }

        _source.Guest = GuestRunState.Paused;
        Tell(_source, new GuestStopped { ReceivedNanoseconds = _now });
        if (runsAgain)
        {
            In(50, 3000, () =>
            {
                if (_source is { IsAlive: true, Guest: GuestRunState.Paused })
                {
                    Resume(_source);
                }
            });
        }
    }
}
