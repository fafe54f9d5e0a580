using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Tests.Processes;
using Planner.Tests.Simulated;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Many sessions at once in one process, of both kinds, with one state directory.</summary>
public sealed class ManySessionsTests : IDisposable
{
    private const int Devices = 8;
    private const int Machines = 4;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Eight_machines_of_devices_and_four_by_hypervisors_migrate_at_once_each_with_a_journal_of_its_own()
    {
        var servers = Enumerable.Range(0, 2 * Devices).Select(i => VfioUserServer.Start(
            TestProfiles.With(TestProfiles.AllFlags) with { CommitArc = new Arc(DeviceState.RunningP2P, DeviceState.Stop) },
            _directory.File($"{i}"),
            options: new SimulatedDeviceOptions { Seed = (ulong)i })).ToList();
        var opened = servers.Select(s => ServedMachine.Open($"vfio-user:{s.SocketPath}")).ToList();
        try
        {
            var requests = Enumerable.Range(0, Devices)
                .Select(i => (MigrationRequest)OfDevices($"devices{i}", new DevicePair("nic0", opened[2 * i], opened[(2 * i) + 1])))
                .Concat(Enumerable.Range(0, Machines).Select(i => OfHypervisors($"machine{i}")))
                .ToList();

            var results = await Task.WhenAll(requests.Select(RunAsync));

            Assert.All(results, r => Assert.True(r.Outcome == MigrationOutcome.Completed, r.Reason));
            Assert.Equal(requests.Select(r => r.Machine), results.Select(r => r.Attempt.Machine));
            AssertJournals(requests);
        }
        finally
        {
            opened.ForEach(o => o.Dispose());
            servers.ForEach(s => s.Dispose());
        }
    }

    private async Task<SessionResult> RunAsync(MigrationRequest request)
    {
        using var journal = new KeptJournal(new MigrationJournal(_directory.File("state")));
        return await MigrationSession.RunAsync(request, new SessionServices { Journal = journal }, TestContext.Current.CancellationToken);
    }

    private static DeviceMigrationRequest OfDevices(string machine, DevicePair pair) => new()
    {
        Machine = machine,
        Devices = [pair],
        Policy = new SlaPolicy { Name = "test", BlackoutLimit = TimeSpan.FromSeconds(30) },
        Mode = MigrationMode.Rehearsal,
    };

    private static MachineMigrationRequest OfHypervisors(string machine) => new()
    {
        Machine = machine,
        Source = new ImaginaryHypervisor(MigrationSide.Source),
        Destination = new ImaginaryHypervisor(MigrationSide.Destination),
        Channel = "",
        Listen = "",
        Policy = new SlaPolicy
        {
            Name = "test",
            BlackoutLimit = TimeSpan.FromSeconds(30),
            Confidence = 0.5,
            CompleteWithin = TimeSpan.FromSeconds(20),
            WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept,
        },
    };

    /// <summary>Every journal tells of one machine, from its first step to its handover and on.</summary>
    private void AssertJournals(IReadOnlyList<MigrationRequest> requests)
    {
        var machines = new List<string>();
        foreach (var path in Directory.GetFiles(MigrationJournal.DirectoryOf(_directory.File("state"))))
        {
            var (journal, contents) = MigrationJournal.TakeOver(path)!.Value;
            using (journal)
            {
                machines.Add(contents.Header.Machine);
                Assert.Single(contents.Entries, e => e.Kind == JournalEntryKind.Handover);
                Assert.Equal(requests.Single(r => r.Machine == contents.Header.Machine).MigrationId, contents.Header.MigrationId);
            }
        }

        Assert.Equal(requests.Select(r => r.Machine).Order(), machines.Order());
    }

    /// <summary>Leaves the journal where it is when all is over, for the test to read.</summary>
    private sealed class KeptJournal(IJournal inner) : IJournal
    {
        public void Begin(JournalHeader header) => inner.Begin(header);

        public void Append(in JournalEntry entry) => inner.Append(entry);

        public void Sync() => inner.Sync();

        public void Close()
        {
        }

        public void Dispose() => inner.Dispose();
    }
}
