using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

public sealed class MachineSnapshotsTests
{
    private const double MiB = 1 << 20;
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Without_any_migration_something_is_assumed_and_can_be_decided_on()
    {
        var decision = Decide(new KnownMachine(), 50 * MiB, MiB);

        Assert.InRange(decision.P50Seconds, 0.02, 0.04);
    }

    [Fact]
    public void What_one_link_taught_helps_on_another()
    {
        var machine = new KnownMachine();
        for (var i = 1; i <= 20; i++)
        {
            // 10 ms and twice as fast as pre-copy, which is held down.
            AddMigration(machine, 50 * MiB, i * MiB, 0.010 + (i * MiB / (100 * MiB)), i);
        }

        // 4 MiB at 40 MiB/s are 0.1 s, or 0.05 at twice the rate.
        var decision = Decide(machine, 40 * MiB, 4 * MiB);

        Assert.InRange(decision.PredictedSeconds, 0.055, 0.068);
    }

    [Fact]
    public void A_few_stop_phases_of_one_size_are_no_line()
    {
        var machine = new KnownMachine();
        for (var i = 0; i < 3; i++)
        {
            AddMigration(machine, 50 * MiB, 0.1 * MiB, 0.010, i);
        }

        var decision = Decide(machine, 50 * MiB, 5 * MiB);

        Assert.InRange(decision.PredictedSeconds, 0.1, 0.12);
    }

    [Fact]
    public void Transfers_of_other_classes_and_lone_ones_are_left_out()
    {
        var machine = new KnownMachine();
        machine.Memory.Add(new MeasurementBatch
        {
            Transfers =
            [
                new TransferSample("other", TransferPhase.PreCopy, 1000, TimeSpan.Zero, TimeSpan.FromSeconds(1), Start),
                new TransferSample("other", TransferPhase.StopCopy, 1000, TimeSpan.Zero, TimeSpan.FromSeconds(9), Start),
                new TransferSample(machine.Keys.Link, TransferPhase.StopCopy, 1000, TimeSpan.Zero, TimeSpan.FromSeconds(9), Start),
            ],
        });

        Assert.InRange(Decide(machine, 50 * MiB, MiB).P50Seconds, 0.02, 0.04);
    }

    private static void AddMigration(KnownMachine machine, double rate, double stopBytes, double stopSeconds, int number)
    {
        machine.Memory.Add(new TransferSample(
            machine.Keys.Link, TransferPhase.PreCopy, (long)(100 * MiB), TimeSpan.Zero, TimeSpan.FromSeconds(100 * MiB / rate), Start.AddHours(number)));
        machine.Memory.Add(new TransferSample(machine.Keys.Link, TransferPhase.StopCopy, (long)stopBytes, TimeSpan.Zero, TimeSpan.FromSeconds(stopSeconds), Start.AddHours(number)));
    }

    private static Decision Decide(KnownMachine machine, double rate, double ram)
    {
        var sla = new SlaTerms { BlackoutLimitSeconds = 1, Confidence = 0.9, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept };
        var evaluator = SwitchoverEvaluator.Prepare(machine.Snapshots().Snapshot(sla, rate, ram, 0, []));
        return evaluator.Decide(evaluator.Moment);
    }
}
