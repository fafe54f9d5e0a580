using System.Text;
using Planner.Devices;
using Planner.Documents;
using Planner.Simulation;

namespace Planner.Fuzz;

/// <summary>The input is a device profile, or after a first byte of 'd' what is known of drivers of the kernel, of 'n' names of devices. Every failure but a <see cref="DocumentException"/>
/// is a finding, and so is a latency that no device could take.</summary>
internal static class ProfileTarget
{
    private static readonly double[] Shares = [0, 0.5, 0.999999];

    /// <summary>Reads it, and draws from a profile.</summary>
    /// <returns>Its name.</returns>
    public static string Run(byte[] input)
    {
        try
        {
            if (input.ElementAtOrDefault(0) == (byte)'d')
            {
                return string.Join(", ", VfioDriverText.ReadAll(Encoding.UTF8.GetString(input.AsSpan(1)), "drivers.yaml").Select(d => d.Name));
            }

            if (input.ElementAtOrDefault(0) == (byte)'n')
            {
                return string.Join(", ", DeviceNamesText.ReadAll(Encoding.UTF8.GetString(input.AsSpan(1)), "names.yaml").Select(n => $"{n.Key} {n.Value}"));
            }

            var profile = DeviceProfileText.Read(Encoding.UTF8.GetString(input), "profile.yaml");
            using var device = new SimulatedDevice(profile, "sim:fuzz");
            foreach (var arc in DeviceProfile.SingleArcs(profile.Capabilities))
            {
                Check(profile.Latencies.GetValueOrDefault(arc, profile.DefaultLatency));
            }

            return $"{profile.Name}, {profile.DeviceClass}, {device.Offer.CommitArc}";
        }
        catch (DocumentException e)
        {
            return e.Message;
        }
    }

    private static void Check(LatencyProfile latency)
    {
        if (Shares.Any(share => latency.QuantileNanoseconds(share, 0) < 0 || latency.QuantileNanoseconds(share, int.MaxValue) < 0))
        {
            throw new InvalidOperationException($"{latency} gives a time below 0.");
        }
    }
}
