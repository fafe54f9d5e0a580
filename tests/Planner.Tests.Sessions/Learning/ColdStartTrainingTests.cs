using Planner.Cli;
using Planner.Documents;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Storage;
using Planner.Tests.Processes;
using Planner.Tests.Recordings;
using Planner.Tests.Sessions;
using Xunit;

namespace Planner.Tests.Learning;

/// <summary>What <c>--train</c> does: files in, a judged model in the store.</summary>
public sealed class ColdStartTrainingTests : IDisposable
{
    private const MigrationCapabilities All = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;

    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly SqlMeasurementStore _store;

    public ColdStartTrainingTests() => _store = SqlMeasurementStore.Open(StoreAddress.Parse(_directory.File("planner.db")));

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Four_recorded_configurations_are_too_few_and_decisions_then_carry_no_first_guess()
    {
        var sentence = ColdStartTraining.Run([QemuFixtures.Folder], _store, 1, Noon);

        Assert.Equal(
            "Learned a first guess from 20 examples of 4 kinds of machines, kept as cold-start v1. "
            + "Refused: 4 groups of examples are too few to hold some back, and 10 are needed.",
            sentence);
        Assert.Null(_store.ReadLatestAccepted(ColdStartModelText.Name));
        Assert.False(Assert.Single(_store.ReadModels(ColdStartModelText.Name)).IsAccepted);
        var result = await MigrateAsync(InsufficientEvidenceAction.Accept);
        Assert.Equal(MigrationOutcome.Stayed, result.Outcome);
        Assert.Null(DecisionJson.ReadSnapshot(result.Snapshot!, "s").FirstGuess);
        Assert.Null(result.Decision!.Blackout.P50Seconds);
    }

    [Fact]
    public async Task A_model_from_a_folder_of_workloads_and_recordings_guesses_the_blackout_of_a_new_class()
    {
        File.WriteAllText(_directory.File("workloads.yaml"), GeneratedExamples.Trained);
        File.WriteAllText(_directory.File("other.yaml"), "kind: DeviceProfile\n");
        File.WriteAllText(_directory.File("notes.txt"), "nothing to learn from");

        var sentence = ColdStartTraining.Run([_directory.File("."), QemuFixtures.Folder], _store, 1, Noon);

        Assert.StartsWith("Learned a first guess from ", sentence, StringComparison.Ordinal);
        Assert.Contains(" kinds of machines, kept as cold-start v1. Accepted: on ", sentence, StringComparison.Ordinal);
        Assert.Equal(Noon, ColdStartModelText.Read(_store.ReadLatestAccepted(ColdStartModelText.Name)!.Body).Origin.CreatedAt);
        var accepted = await MigrateAsync(InsufficientEvidenceAction.Accept);
        Assert.Equal((MigrationOutcome.Completed, "independent"), (accepted.Outcome, accepted.Decision!.Blackout.Method));
        Assert.Contains("first guess by model cold-start v1", accepted.Decision.Reason, StringComparison.Ordinal);
        var stayed = await MigrateAsync(InsufficientEvidenceAction.Stay);
        Assert.Equal(MigrationOutcome.Stayed, stayed.Outcome);
        Assert.Contains("only a first guess by model cold-start v1 of ", stayed.Decision!.Reason, StringComparison.Ordinal);
        Assert.True(stayed.Decision.Blackout is { P50Seconds: > 0, BoundSeconds: null });
    }

    [Fact]
    public void The_same_files_and_another_seed_give_other_examples()
    {
        File.WriteAllText(_directory.File("workloads.yaml"), GeneratedExamples.BytesAlone);

        Assert.NotEqual(
            ColdStartTraining.Examples([_directory.File("workloads.yaml")], 5),
            ColdStartTraining.Examples([_directory.File("workloads.yaml")], 6));
    }

    [Fact]
    public void Without_anything_to_learn_from_a_sentence_says_what_to_give()
    {
        var e = Assert.Throws<CliException>(() => ColdStartTraining.Run([_directory.File(".")], _store, 1, Noon));

        Assert.Equal(
            "a first guess needs examples of at least two kinds of machines, and there are 0: give a workload file, or recordings of completed pre-copy migrations",
            e.Message);
        Assert.Empty(_store.ReadModels(ColdStartModelText.Name));
    }

    /// <summary>A device with 3 MiB of state whose class was never seen.</summary>
    private async Task<SessionResult> MigrateAsync(InsufficientEvidenceAction action)
    {
        var content = new byte[3 << 20];
        var request = new DeviceMigrationRequest
        {
            Machine = "vm1",
            Devices = [new DevicePair("nic0", new FakeDevice("fake:source", All, content, content.Length), new FakeDevice("fake:destination", All) { ExpectsBytes = content.Length })],
            Policy = new SlaPolicy { Name = "test", BlackoutLimit = TimeSpan.FromSeconds(60), Confidence = 0.9, WhenEvidenceIsInsufficient = action },
            Patience = 2,
        };
        return await MigrationSession.RunAsync(request, new SessionServices { Models = _store }, TestContext.Current.CancellationToken);
    }
}
