using Planner.Devices;
using Planner.Measurements;

namespace Planner.Fuzz;

/// <summary>The input plays the server: a first byte says how it is cut, the rest are its messages. Every failure but a
/// <see cref="DeviceException"/> is a finding.</summary>
internal static class ClientTarget
{
    private static readonly VfioUserOptions Options = new();

    /// <summary>Opens the device and walks it once through everything that the port has.</summary>
    /// <returns>How far that went.</returns>
    public static string Run(byte[] input)
    {
        // No input must run the product's code too: under load afl-fuzz is late with the first one, and takes a run without a
        // trace for a program without instrumentation.
        var cut = input.ElementAtOrDefault(0);
        var pieceBytes = (cut & 0x7f) == 0 ? int.MaxValue : cut & 0x7f;
        var takesSlowly = (cut & 0x80) != 0;

        // A second connection goes on where the first one stopped.
        var channel = new MemoryChannel(input.AsMemory(Math.Min(1, input.Length)), pieceBytes, takesSlowly);
        var calls = 0;
        try
        {
            using var device = VfioUserDevice.Open("vfio-user:/fuzz", () => channel = new MemoryChannel(channel.Rest, pieceBytes, takesSlowly), Options);
            calls++;
            foreach (var call in Walk(device))
            {
                call();
                calls++;
            }

            return $"{calls} calls, {channel.Rest.Length} bytes left";
        }
        catch (DeviceException e)
        {
            return $"{calls} calls, then {e.Fault}";
        }
    }

    private static IEnumerable<Action> Walk(VfioUserDevice device)
    {
        var buffer = new byte[300 * 1024];
        yield return () => device.GetState();
        yield return () => Check(device.SetState(DeviceState.PreCopy));
        if (device.Offer.OffersPreCopyInfo == Answer.Yes)
        {
            yield return () => device.GetPreCopyInfo();
        }

        if (device.Offer.OffersDataSize == Answer.Yes)
        {
            yield return () => device.GetDataSizeBytes();
        }

        if (device.Offer.OffersArcLatency == Answer.Yes)
        {
            yield return () => device.GetWorstArcLatency(device.Offer.CommitArc);
        }

        yield return () => Read(device, buffer.AsSpan(0, 256));
        yield return () => Check(device.SetStateBy(DeviceState.StopCopy, long.MaxValue));
        yield return () => Read(device, buffer);
        yield return () => Check(device.SetState(DeviceState.Resuming));
        yield return () => device.Write(buffer.AsSpan(0, 64 * 1024));
        yield return () => Check(device.SetState(DeviceState.Running));
        yield return device.Reset;
        yield return () => device.GetState();
    }

    private static void Read(VfioUserDevice device, Span<byte> buffer)
    {
        var count = device.Read(buffer);
        if (count < 0 || count > buffer.Length)
        {
            throw new InvalidOperationException($"A read into {buffer.Length} bytes returned {count}.");
        }
    }

    private static void Check(ArcResult result)
    {
        if ((result.Reached && result.State is null) || (result.Outcome == ArcOutcome.Unknown && result.State is not null))
        {
            throw new InvalidOperationException($"The result {result} contradicts itself.");
        }
    }
}
