using System.Globalization;
using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Processes;

namespace Planner.Tests.Telemetry;

/// <summary>A service in a process of its own, as far as its lease goes: it waits for the right to act, and then changes something again and again until it has lost it.</summary>
internal static class ServiceLeaseChild
{
    /// <summary>Says "waits" and "has", then "kept" for each change, and "lost" at the end. Arguments: address, name, and the length of the lease in seconds.</summary>
    [ChildEntry]
    public static int Act(string[] arguments) => ActAsync(arguments[0], arguments[1], TimeSpan.FromSeconds(double.Parse(arguments[2], CultureInfo.InvariantCulture))).GetAwaiter().GetResult();

    private static async Task<int> ActAsync(string address, string name, TimeSpan length)
    {
        using var store = SqlMeasurementStore.Open(StoreAddress.Parse(address));
        await using var lease = await ServiceLease.TakeAsync(store, name, length, () => Console.WriteLine("waits"), TimeProvider.System, CancellationToken.None);
        Console.WriteLine("has");
        var number = 0;
        while (!lease.Lost.IsCancellationRequested)
        {
            try
            {
                new ServiceStore(store).Change(change => change.Append(new StoredEvent(0, DateTimeOffset.UnixEpoch, name, null, null, string.Create(CultureInfo.InvariantCulture, $"{number++}"))));
                Console.WriteLine("kept");
            }
            catch (StoreException)
            {
                // Refused, or the server is away.
            }

            await Task.Delay(20, CancellationToken.None);
        }

        Console.WriteLine("lost");
        return 0;
    }
}
