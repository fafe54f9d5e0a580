using Planner.Measurements;
using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>The planner's host loses power while the machines live on: of the journal there is what was synced, on a host that has started anew.</summary>
public sealed class PowerLossTests
{
    [Theory]
    [InlineData(MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy)]
    [InlineData(MigrationCapabilities.StopCopy)]
    public async Task At_any_journaled_point_the_machine_ends_on_one_side_or_a_person_is_called_and_never_runs_on_both(MigrationCapabilities capabilities)
    {
        var outcomes = new HashSet<MigrationOutcome>();
        var reasons = new List<string>();
        for (var point = 1; ; point++)
        {
            using var hosts = new ServedMachine(capabilities, 1);
            var synced = Path.Combine(hosts.StateDirectory, "synced");
            if (await CrashTests.MigrateInChild(hosts, point, synced) == 0)
            {
                break;
            }

            // The disk has what it had at the last sync.
            var journal = Assert.Single(JournalFolder.List(JournalFolder.Of(hosts.StateDirectory)));
            File.Copy(synced, journal, overwrite: true);
            var recovered = Assert.Single(await hosts.RecoverAsync());

            outcomes.Add(recovered.Outcome);
            hosts.AssertNeverOnBothSides();
            if (recovered.Outcome == MigrationOutcome.NeedsPerson)
            {
                reasons.Add(recovered.Reason);
                Assert.EndsWith($"The journal is {journal}.", recovered.Reason, StringComparison.Ordinal);
                Assert.True(File.Exists(journal));
            }
            else
            {
                hosts.AssertRunsOnOneSide(recovered.Outcome == MigrationOutcome.Completed);
            }
        }

        Assert.Contains(reasons, r => r.Contains("the journal does not say how the destination came to run", StringComparison.Ordinal));
        Assert.Equal([MigrationOutcome.Completed, MigrationOutcome.Recovered, MigrationOutcome.NeedsPerson], outcomes.Order());
    }
}
