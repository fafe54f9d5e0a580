using Planner.Measurements;
using Planner.Service;
using Planner.Simulation;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>A store that cannot be written for a while costs nothing up to a bound, and what it costs beyond is counted.</summary>
public sealed class BufferingStoreTests
{
    [Fact]
    public void What_cannot_be_written_waits_in_its_order_and_beyond_the_bound_the_oldest_is_lost_and_counted()
    {
        using var store = new MemoryStore { Fault = "The disk is full." };
        using var buffer = new BufferingStore(store);
        for (var i = 0; i < 1003; i++)
        {
            buffer.Append(new MeasurementBatch { Attempts = [Ledger.Attempt($"a{i}")] });
        }

        Assert.Equal((1000, 3, "The disk is full."), (buffer.Waiting, buffer.Lost, buffer.Trouble));
        store.Fault = null;
        buffer.Flush();

        Assert.Equal((0, 3, null), (buffer.Waiting, buffer.Lost, buffer.Trouble));
        Assert.Equal(Enumerable.Range(3, 1000).Select(i => $"a{i}"), store.Attempts.Select(a => a.Id));
    }
}
