using Planner.Estimators;

namespace Planner.Tests.Learning;

/// <summary>Examples whose truth is known.</summary>
internal static class LearningExamples
{
    private const double MiB = 1 << 20;

    /// <summary>Four devices of this kind with 400 MiB take 2.1 s, though the bytes need 34 ms at 100 Gbit/s: what the arcs do grows with the
    /// number of devices and with their state, and not in a straight line. A configuration is a group.</summary>
    public static List<ColdStartExample> ArcsThatCount(int seed, int groups = 60, int rows = 5)
    {
        var random = new Random(seed);
        var examples = new List<ColdStartExample>();
        for (var group = 0; group < groups; group++)
        {
            var devices = 1 + random.Next(8);
            var perDevice = MiB * Math.Pow(2, 3 + 5 * random.NextDouble());
            var bandwidth = 1.25e9 * Math.Pow(10, random.NextDouble());
            for (var row = 0; row < rows; row++)
            {
                examples.Add(Example($"{devices} devices, {perDevice:0} bytes each", devices, devices * perDevice, bandwidth, ArcsSeconds(devices, perDevice), 0.08, random));
            }
        }

        return examples;
    }

    /// <summary>The time of the arcs in <see cref="ArcsThatCount"/>, in seconds.</summary>
    public static double ArcsSeconds(int devices, double bytesPerDevice) => 0.342 * Math.Pow(devices, 1.3) * Math.Pow(bytesPerDevice / (100 * MiB), 0.6);

    /// <summary>The byte formula is the whole truth, there are few examples, and every group lies far from the others.</summary>
    public static List<ColdStartExample> BytesAlone(int seed)
    {
        var random = new Random(seed);
        var examples = new List<ColdStartExample>();
        for (var group = 0; group < 12; group++)
        {
            for (var row = 0; row < 5; row++)
            {
                examples.Add(Example($"class {group}", 1, MiB * Math.Pow(2.5, group), 1.25e9, 0.02, 0.1, random));
            }
        }

        return examples;
    }

    public static BlackoutFeatures Features(int devices, double stateBytes, double bandwidth) => new()
    {
        DeviceCount = devices,
        StatedArcsSeconds = double.NaN,
        StateBytes = stateBytes,
        BandwidthBytesPerSecond = bandwidth,
        Phase = MigrationPhase.PreCopy,
    };

    private static ColdStartExample Example(string group, int devices, double stateBytes, double bandwidth, double arcsSeconds, double spread, Random random)
    {
        var features = Features(devices, stateBytes, bandwidth);
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return new ColdStartExample(features, (features.WireSeconds + arcsSeconds) * Math.Exp(spread * normal), group);
    }
}
