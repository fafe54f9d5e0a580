using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>What the stop phase sends at where pre-copy is held to a cap, which is lifted then.</summary>
public sealed class StopRateTests
{
    private const double Cap = 12.5e6;

    private static readonly MachineKeys Keys = new(KnownMachine.Offer(), new HostPair("a", "b"));

    [Fact]
    public void The_operators_figure_counts_until_a_stop_phase_was_seen()
    {
        Assert.Equal([1e9], Rates(new EvidenceMemory(), new LinkFigures(null, 1e9), 5e7));
        Assert.Equal([1e9], Rates(new EvidenceMemory(), new LinkFigures(Cap, 1e9), Cap));
        Assert.Equal([3e8], Rates(Seen(bytes: 3_000_000, stopSeconds: 0.01), new LinkFigures(Cap, 1e9), Cap));
    }

    [Fact]
    public void Where_nothing_is_known_the_rate_of_pre_copy_stands_in_and_that_is_said_only_of_a_cap()
    {
        Assert.Equal([Cap], Rates(new EvidenceMemory(), new LinkFigures(Cap, null), Cap));
        Assert.Contains("is not known", Unknown(new EvidenceMemory(), new LinkFigures(Cap, null), Cap), StringComparison.Ordinal);
        Assert.Contains("avail-switchover-bandwidth", Unknown(new EvidenceMemory(), new LinkFigures(Cap, null), Cap), StringComparison.Ordinal);

        Assert.Null(Unknown(new EvidenceMemory(), LinkFigures.None, Cap));
        Assert.Null(Unknown(new EvidenceMemory(), new LinkFigures(Cap, 1e9), Cap));
        Assert.Null(Unknown(new EvidenceMemory(), new LinkFigures(Cap, null), Cap / 2));
        Assert.Null(Unknown(Seen(3_000_000, 0.01), new LinkFigures(Cap, null), Cap));
    }

    [Fact]
    public void A_link_that_is_slower_than_the_cap_is_followed_as_without_one()
    {
        // 3 MB took as long as pre-copy would have at 50 MB/s: the stop phase is as fast as pre-copy.
        var memory = Seen(3_000_000, 0.06, preCopyBytesPerSecond: 5e7);

        Assert.Equal([2e7], Rates(memory, new LinkFigures(1e9, 1e9), 2e7));
    }

    [Fact]
    public void A_machine_with_the_cap_is_not_judged_by_multiples_of_it()
    {
        var rates = Rates(Seen(3_000_000, 0.01, count: 12), new LinkFigures(Cap, null), Cap);

        Assert.All(rates, r => Assert.Equal(3e8, r, 1));
    }

    private static EvidenceMemory Seen(long bytes, double stopSeconds, double? preCopyBytesPerSecond = null, int count = 1)
    {
        var memory = new EvidenceMemory();
        for (var i = 0; i < count; i++)
        {
            var at = DateTimeOffset.UnixEpoch.AddSeconds(i);
            if (preCopyBytesPerSecond is { } rate)
            {
                memory.Add(new TransferSample(Keys.Link, TransferPhase.PreCopy, (long)rate, TimeSpan.Zero, TimeSpan.FromSeconds(1), at));
            }

            memory.Add(new TransferSample(Keys.Link, TransferPhase.StopCopy, bytes, TimeSpan.Zero, TimeSpan.FromSeconds(stopSeconds), at));
        }

        return memory;
    }

    private static IReadOnlyList<double> Rates(EvidenceMemory memory, LinkFigures figures, double preCopy) =>
        Snapshots(memory, figures).Snapshot(new SlaTerms { Confidence = 0.9 }, preCopy, 4e6, 0, []).Transfer!.BytesPerSecond;

    private static string? Unknown(EvidenceMemory memory, LinkFigures figures, double preCopy) => Snapshots(memory, figures).UnknownStopRate(preCopy);

    private static MachineSnapshots Snapshots(EvidenceMemory memory, LinkFigures figures) => new(Keys, memory.View(0.1), figures);
}
