using Planner.Documents;
using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Tests.Learning;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Sessions on a machine of which nothing was measured yet.</summary>
public sealed class FirstGuessSessionTests
{
    private const MigrationCapabilities All = MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy;

    private static readonly SlaPolicy Policy = new() { Name = "test", BlackoutLimit = TimeSpan.FromSeconds(30), Confidence = 0.8 };

    [Fact]
    public async Task Without_any_measurement_an_accepting_policy_commits_on_the_first_guess()
    {
        var result = await RunAsync(new MemoryModelStore(Kept(Forests.TwoSeconds)), InsufficientEvidenceAction.Accept);

        Assert.Equal(MigrationOutcome.Completed, result.Outcome);
        Assert.Equal(("independent", 2, 3.2), (result.Decision!.Blackout.Method, Math.Round(result.Decision.Blackout.P50Seconds!.Value, 9), Math.Round(result.Decision.Blackout.BoundSeconds!.Value, 9)));
        Assert.Contains("first guess by model cold-start v3", result.Decision.Reason, StringComparison.Ordinal);
        Assert.Equal(result.Decision.Blackout.BoundSeconds, DecisionJson.ReadSnapshot(result.Snapshot!, "s").FirstGuess!.BoundSeconds);
        Assert.Empty(result.Attempt.Scores);
        Assert.Null(result.StoreTrouble);
    }

    [Fact]
    public async Task A_policy_that_stays_shows_the_first_guess_and_stays()
    {
        var result = await RunAsync(new MemoryModelStore(Kept(Forests.TwoSeconds)), InsufficientEvidenceAction.Stay);

        Assert.Equal(MigrationOutcome.Stayed, result.Outcome);
        Assert.Equal(2, result.Decision!.Blackout.P50Seconds!.Value, 9);
        Assert.Contains("only a first guess by model cold-start v3 of 2.00 s, at most 3.20 s at 80 %", result.Decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_was_not_trained_on_such_a_machine_says_nothing()
    {
        var result = await RunAsync(new MemoryModelStore(Kept(Forests.TwoSeconds)), InsufficientEvidenceAction.Accept, devices: 9);

        Assert.Equal(MigrationOutcome.Stayed, result.Outcome);
        Assert.Null(DecisionJson.ReadSnapshot(result.Snapshot!, "s").FirstGuess);
    }

    [Fact]
    public async Task A_refused_model_is_never_asked()
    {
        var result = await RunAsync(new MemoryModelStore(Kept(Forests.Model(0, isAccepted: false))), InsufficientEvidenceAction.Accept);

        Assert.Equal(MigrationOutcome.Stayed, result.Outcome);
        Assert.Null(result.Decision!.Blackout.P50Seconds);
    }

    [Fact]
    public async Task A_damaged_model_is_told_and_the_session_goes_on_without_it()
    {
        var damaged = await RunAsync(new MemoryModelStore(Kept(Forests.TwoSeconds) with { Body = "x" }), InsufficientEvidenceAction.Accept);
        var unreadable = await RunAsync(new MemoryModelStore(null) { Fault = "The model is damaged." }, InsufficientEvidenceAction.Accept);
        var refusedInside = await RunAsync(new MemoryModelStore(Kept(Forests.Model(0, isAccepted: false)) with { IsAccepted = true }), InsufficientEvidenceAction.Accept);

        Assert.All([damaged, unreadable, refusedInside], r => Assert.Equal(MigrationOutcome.Stayed, r.Outcome));
        Assert.Equal("The model cold-start v3 cannot be used (it does not begin as a model of the format planner-cold-start/1 does): train a new one.", damaged.StoreTrouble);
        Assert.Equal("The model is damaged.", unreadable.StoreTrouble);
        Assert.Equal("The model cold-start v3 cannot be used (its own judgement refuses it): train a new one.", refusedInside.StoreTrouble);
    }

    private static ModelRecord Kept(ColdStartModel model) =>
        new(ColdStartModelText.Name, 3, ColdStartModelText.Kind, model.Judgement.IsAccepted, model.Judgement.Reason, ColdStartModelText.Write(model), default);

    private static async Task<SessionResult> RunAsync(IModelStore models, InsufficientEvidenceAction action, int devices = 1)
    {
        var content = new byte[20_000];
        var request = new DeviceMigrationRequest
        {
            Machine = "vm1",
            Devices = [.. Enumerable.Range(0, devices).Select(i => new DevicePair(
                $"nic{i}",
                new FakeDevice($"fake:{i}-source", All, content, 12_000),
                new FakeDevice($"fake:{i}-destination", All) { ExpectsBytes = content.Length }))],
            Policy = Policy with { WhenEvidenceIsInsufficient = action },
            Patience = 2,
        };
        return await MigrationSession.RunAsync(request, new SessionServices { Models = models }, TestContext.Current.CancellationToken);
    }
}
