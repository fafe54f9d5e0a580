using Planner.Documents;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Sla;

public class SlaPolicyTextTests
{
    private const string Head = "apiVersion: planner/v1\nkind: SlaPolicy\nmetadata: { name: gold }\nspec:\n";

    [Fact]
    public void A_policy_with_only_a_limit_has_cautious_defaults()
    {
        var policy = Assert.Single(SlaPolicyText.ReadAll(Head + "  blackout: { limit: 300ms }\n", "p.yaml"));

        Assert.Equal(TimeSpan.FromMilliseconds(300), policy.BlackoutLimit);
        Assert.Equal(0.99, policy.Confidence);
        Assert.Equal(InsufficientEvidenceAction.Stay, policy.WhenEvidenceIsInsufficient);
        Assert.Equal([FailureAction.Unwind, FailureAction.Reset], policy.OnFailure);
        Assert.Equal(StateLostAction.HandOver, policy.OnStateLost);
        Assert.Null(policy.DirtyRateFloorBytesPerSecond);
        Assert.Equal(SlaMode.Active, policy.Mode);
    }

    [Fact]
    public void A_class_may_accept_that_a_device_has_lost_its_state() =>
        Assert.Equal(StateLostAction.Accept, Assert.Single(SlaPolicyText.ReadAll(Head + "  blackout: { limit: 300ms }\n  onStateLost: accept\n", "p.yaml")).OnStateLost);

    [Fact]
    public void The_example_policy_is_read_in_full()
    {
        var path = Path.Combine(Repository.Root, "docs", "examples", "gold-policy.yaml");
        var policy = Assert.Single(SlaPolicyText.ReadAll(File.ReadAllText(path), path));

        Assert.Equal("gold", policy.Selector["tier"]);
        Assert.Equal(TimeSpan.FromMinutes(10), policy.CompleteWithin);
        Assert.Equal(10 * 1024 * 1024, policy.DirtyRateFloorBytesPerSecond);
        Assert.Equal(new ErrorBudget(TimeSpan.FromSeconds(30), TimeSpan.FromDays(30)), policy.ErrorBudget);
        Assert.Equal(new AttemptLimit(3, TimeSpan.FromMinutes(10)), policy.Attempts);
        Assert.Equal(PostCopyUse.Never, policy.PostCopy);
        Assert.Equal("Europe/Berlin", policy.MaintenanceWindows[0].TimeZoneId);
    }

    [Fact]
    public void Every_example_policy_is_read()
    {
        var paths = Directory.GetFiles(Path.Combine(Repository.Root, "docs", "examples"), "*-policy.yaml");
        var policies = paths.SelectMany(path => SlaPolicyText.ReadAll(File.ReadAllText(path), path)).ToDictionary(p => p.Name);

        Assert.Equal(InsufficientEvidenceAction.Accept, policies["lab"].WhenEvidenceIsInsufficient);
        Assert.Equal(TimeSpan.FromMilliseconds(2), policies["lab-tight"].BlackoutLimit);
    }

    [Theory]
    [InlineData("  blackout: { limit: 300ms, limt: 1s }\n", 5, "unknown key 'limt'")]
    [InlineData("  blackout: { limit: 300 }\n", 5, "duration above 0 with its unit")]
    [InlineData("  blackout: { limit: -300ms }\n", 5, "duration above 0")]
    [InlineData("  blackout: { limit: 0ms }\n", 5, "duration above 0")]
    [InlineData("  blackout: { limit: 300ms, confidence: 1 }\n", 5, "a number from 0.5 to 0.9998")]
    [InlineData("  blackout: { limit: 300ms, confidence: 0.9999 }\n", 5, "a number from 0.5 to 0.9998")]
    [InlineData("  blackout: { limit: 300ms, confidence: .nan }\n", 5, "a number from 0.5 to 0.9998")]
    [InlineData("  blackout: { limit: 300ms }\n  mode: sleepy\n", 6, "one of active, shadow")]
    [InlineData("  blackout: { limit: 300ms }\n  onFailure: [unwind, unwind]\n", 6, "twice")]
    [InlineData("  blackout: { limit: 300ms }\n  onFailure: [pray]\n", 6, "unwind or reset")]
    [InlineData("  blackout: { limit: 300ms }\n  onStateLost: shrug\n", 6, "handOver")]
    [InlineData("  blackout: { limit: 300ms }\n  completeWithin: 100ms\n", 6, "longer than the blackout limit")]
    [InlineData("  blackout: { limit: 300ms }\n  errorBudget: { blackout: 31d, per: 30d }\n", 6, "shorter than its period")]
    [InlineData("  blackout: { limit: 300ms }\n  maintenanceWindows: [ { cron: \"whenever\", for: 4h } ]\n", 6, "not a Quartz cron expression")]
    [InlineData("  blackout: { limit: 300ms }\n  maintenanceWindows: [ { cron: \"0 0 2 ? * SAT\", for: 4h, timeZone: Mars/Olympus } ]\n", 6, "not known on this machine")]
    [InlineData("  blackout: { limit: 300ms }\n  postCopy: always\n", 6, "one of never, whenNothingFits")]
    [InlineData("  blackout: { limit: 300ms }\n  attempts: { atMost: 0, backOff: 10m }\n", 6, "a whole number from 1 to 100")]
    [InlineData("  blackout: { limit: 300ms }\n  attempts: { atMost: 3 }\n", 6, "'backOff' is missing")]
    [InlineData("  blackout: { limit: 300ms }\n  attempts: { backOff: 10m }\n", 6, "'atMost' is missing")]
    [InlineData("  blackout: { limit: 300ms }\n  attempts: { atMost: 3, backOff: 1d }\n", 6, "shorter than 1d")]
    [InlineData("  completeWithin: 10m\n", 5, "'blackout' is missing")]
    public void What_is_wrong_is_refused_with_its_line(string spec, int line, string words)
    {
        var refusal = Assert.Throws<DocumentException>(() => SlaPolicyText.ReadAll(Head + spec, "p.yaml"));

        Assert.Equal(line, refusal.Line);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_policies_of_one_name_are_refused()
    {
        const string Policy = Head + "  blackout: { limit: 300ms }\n";

        var refusal = Assert.Throws<DocumentException>(() => SlaPolicyText.ReadAll(Policy + "---\n" + Policy, "p.yaml"));

        Assert.Contains("twice", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_built_in_classes_are_gold_silver_and_bronze() =>
        Assert.Equal(["gold", "silver", "bronze"], BuiltInPolicies.All.Select(p => p.Name));

    [Fact]
    public void A_window_is_open_from_its_cron_time_for_its_length()
    {
        var window = new MaintenanceWindow("0 0 2 ? * SAT", TimeSpan.FromHours(4), "UTC");
        var saturday = new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero);

        Assert.Null(window.ClosesAfter(saturday.AddHours(1.9)));
        Assert.Equal(saturday.AddHours(6), window.ClosesAfter(saturday.AddHours(2)));
        Assert.Equal(saturday.AddHours(6), window.ClosesAfter(saturday.AddHours(5.9)));
        Assert.Null(window.ClosesAfter(saturday.AddHours(6)));
        Assert.Equal(saturday.AddDays(7).AddHours(2), window.OpensAfter(saturday.AddHours(6)));
    }

    [Fact]
    public void A_budget_never_falls_below_nothing()
    {
        var budget = new ErrorBudget(TimeSpan.FromSeconds(30), TimeSpan.FromDays(30));

        Assert.Equal(TimeSpan.FromSeconds(20), budget.Remaining(TimeSpan.FromSeconds(10)));
        Assert.Equal(TimeSpan.Zero, budget.Remaining(TimeSpan.FromSeconds(31)));
    }
}
