using Planner.Measurements;
using Planner.Policies;
using Quartz;

namespace Planner.Documents;

/// <summary>Reads SLA policies from YAML. A file may hold several, separated by <c>---</c>.</summary>
public static class SlaPolicyText
{
    private const string Kind = "SlaPolicy";

    /// <summary>Reads every policy of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The name for messages.</param>
    /// <exception cref="DocumentException">The text is not valid; the message has line and column.</exception>
    public static IReadOnlyList<SlaPolicy> ReadAll(string text, string file)
    {
        var policies = new List<SlaPolicy>();
        foreach (var root in YamlText.ReadAll(text, file, Kind))
        {
            var metadata = root.Map("metadata");
            var name = metadata.String("name");
            if (name.Length is 0 or > 63)
            {
                throw metadata.Error("name", "a policy's name has 1 to 63 characters");
            }

            if (policies.Any(p => p.Name == name))
            {
                throw metadata.Error("name", $"the policy '{name}' is in this file twice");
            }

            policies.Add(Read(root, metadata, name));
        }

        return policies;
    }

    private static SlaPolicy Read(YamlMap root, YamlMap metadata, string name)
    {
        var spec = root.Map("spec");
        var blackout = spec.Map("blackout");
        var switchover = spec.OptionalMap("switchover");
        var policy = new SlaPolicy
        {
            Name = name,
            Labels = ReadLabels(metadata, "labels"),
            Selector = ReadLabels(spec, "selector"),
            BlackoutLimit = blackout.Duration("limit"),
            Confidence = blackout.Number("confidence", 0.99, 0.5, SlaPolicy.HighestConfidence),
            CompleteWithin = spec.OptionalDuration("completeWithin"),
            WhenEvidenceIsInsufficient = spec.Choice<InsufficientEvidenceAction>(
                "whenEvidenceIsInsufficient",
                InsufficientEvidenceAction.Stay,
                ("stay", InsufficientEvidenceAction.Stay),
                ("worstCase", InsufficientEvidenceAction.WorstCase),
                ("accept", InsufficientEvidenceAction.Accept)),
            Rule = switchover?.Choice<SwitchoverRule>(
                "rule",
                SwitchoverRule.Earliest,
                ("earliest", SwitchoverRule.Earliest),
                ("calmest", SwitchoverRule.Calmest)) ?? SwitchoverRule.Earliest,
            QuiesceTries = switchover?.Integer("quiesceTries", 3, 1, 100) ?? 3,
            OnFailure = ReadFailureActions(spec),
            OnStateLost = spec.Choice<StateLostAction>("onStateLost", StateLostAction.HandOver, ("handOver", StateLostAction.HandOver), ("accept", StateLostAction.Accept)),
            PostCopy = spec.Choice<PostCopyUse>("postCopy", PostCopyUse.Never, ("never", PostCopyUse.Never), ("whenNothingFits", PostCopyUse.WhenNothingFits)),
            Attempts = ReadAttempts(spec),
            DirtyRateFloorBytesPerSecond = ReadDirtyRateFloor(spec),
            ErrorBudget = ReadErrorBudget(spec),
            MaintenanceWindows = [.. spec.Maps("maintenanceWindows").Select(ReadWindow)],
            Mode = spec.Choice<SlaMode>("mode", SlaMode.Active, ("active", SlaMode.Active), ("shadow", SlaMode.Shadow)),
        };
        if (policy.CompleteWithin <= policy.BlackoutLimit)
        {
            throw spec.Error("completeWithin", "completeWithin must be longer than the blackout limit");
        }

        switchover?.Finish();
        blackout.Finish();
        spec.Finish();
        metadata.Finish();
        root.Finish();
        return policy;
    }

    private static Dictionary<string, string> ReadLabels(YamlMap parent, string key)
    {
        var labels = new Dictionary<string, string>();
        if (parent.OptionalMap(key) is { } map)
        {
            foreach (var label in map.Keys)
            {
                labels[label] = map.String(label);
            }
        }

        return labels;
    }

    private static IReadOnlyList<FailureAction> ReadFailureActions(YamlMap spec)
    {
        if (!spec.Has("onFailure"))
        {
            return [FailureAction.Unwind, FailureAction.Reset];
        }

        var actions = spec.List<FailureAction>("onFailure", TryParseAction, "unwind or reset");
        return actions.Distinct().Count() == actions.Count ? actions : throw spec.Error("onFailure", "an action stands in 'onFailure' twice");
    }

    private static bool TryParseAction(string text, out FailureAction action)
    {
        action = text == "reset" ? FailureAction.Reset : FailureAction.Unwind;
        return text is "unwind" or "reset";
    }

    private static AttemptLimit? ReadAttempts(YamlMap spec)
    {
        if (spec.OptionalMap("attempts") is not { } map)
        {
            return null;
        }

        var limit = new AttemptLimit(map.Has("atMost") ? map.Integer("atMost", 1, 1, 100) : throw map.Error("atMost", "the key 'atMost' is missing"), map.Duration("backOff"));
        if (limit.BackOff >= AttemptLimit.Memory)
        {
            throw map.Error("backOff", "backOff must be shorter than 1d: an attempt in vain counts for a day");
        }

        map.Finish();
        return limit;
    }

    private static double? ReadDirtyRateFloor(YamlMap spec)
    {
        if (spec.OptionalMap("dirtyRateLimit") is not { } map)
        {
            return null;
        }

        var allowed = map.Flag("allowed", true);
        var floor = map.BytesPerSecond("floor", 1024 * 1024);
        if (floor < ValueLimits.LeastBytesPerSecond)
        {
            throw map.Error("floor", $"a floor is at least {ValueLimits.LeastBytesPerSecond} B/s, such as 10MiB/s");
        }

        map.Finish();
        return allowed ? floor : null;
    }

    private static ErrorBudget? ReadErrorBudget(YamlMap spec)
    {
        if (spec.OptionalMap("errorBudget") is not { } map)
        {
            return null;
        }

        var budget = new ErrorBudget(map.Duration("blackout"), map.Duration("per"));
        if (budget.Blackout >= budget.Per)
        {
            throw map.Error("blackout", "the budget must be shorter than its period");
        }

        map.Finish();
        return budget;
    }

    private static MaintenanceWindow ReadWindow(YamlMap map)
    {
        var cron = map.String("cron");
        if (!CronExpression.TryParse(cron, out _))
        {
            throw map.Error("cron", $"'{cron}' is not a Quartz cron expression; write for example 0 0 2 ? * SAT");
        }

        var length = map.Duration("for");
        var zone = map.OptionalString("timeZone") ?? "UTC";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            throw map.Error("timeZone", $"the time zone '{zone}' is not known on this machine");
        }

        map.Finish();
        return new MaintenanceWindow(cron, length, zone);
    }
}
