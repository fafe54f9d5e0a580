using System.Globalization;
using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Processes;

namespace Planner.Tests.Telemetry;

/// <summary>What a child process does with a store.</summary>
internal static class StoreChild
{
    public const int ArcsPerBatch = 20;

    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The samples of one batch; the device names the batch.</summary>
    public static MeasurementBatch Batch(string writer, int number) => new()
    {
        Arcs =
        [
            .. Enumerable.Range(0, ArcsPerBatch).Select(i => new ArcSample(
                string.Create(CultureInfo.InvariantCulture, $"{writer}/{number}"),
                "sim/fast",
                new Arc(DeviceState.Running, DeviceState.Stop),
                TimeSpan.FromMilliseconds(i),
                ArcOutcome.Completed,
                Noon.AddSeconds(number))),
        ],
    };

    /// <summary>Appends batches, and says so on a line of its own after each. Arguments: path, writer, first, count.</summary>
    [ChildEntry]
    public static int Write(string[] arguments)
    {
        using var store = SqlMeasurementStore.Open(StoreAddress.Parse(arguments[0]));
        var first = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        var count = int.Parse(arguments[3], CultureInfo.InvariantCulture);
        for (var i = first; i < first + count; i++)
        {
            store.Append(Batch(arguments[1], i));
            Console.WriteLine(i);
        }

        return 0;
    }

    /// <summary>Appends batches until that fails, and tells how. Argument: path.</summary>
    [ChildEntry]
    public static int WriteUntilItFails(string[] arguments)
    {
        try
        {
            using var store = SqlMeasurementStore.Open(StoreAddress.Parse(arguments[0]));
            for (var i = 1; i < 1000; i++)
            {
                store.Append(Batch("child", i));
            }
        }
        catch (StoreException e)
        {
            Console.WriteLine(e.Message);
        }

        return 0;
    }

    /// <summary>Reads a store and tries to write to it, telling what happened. Argument: path.</summary>
    [ChildEntry]
    public static int ReadThenWrite(string[] arguments)
    {
        try
        {
            using var store = SqlMeasurementStore.Open(StoreAddress.Parse(arguments[0]));
            Console.WriteLine($"{store.ReadArcs("sim/fast", int.MaxValue).Count} arcs, read-only {store.IsReadOnly}");
            store.Append(Batch("child", 0));
            Console.WriteLine("written");
        }
        catch (StoreException e)
        {
            Console.WriteLine(e.Message);
        }

        return 0;
    }
}
