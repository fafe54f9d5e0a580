using Planner.Measurements;

namespace Planner.Policies;

/// <summary>What a snapshot's values must fulfil beyond their types.</summary>
internal static class SnapshotRules
{
    /// <summary>The first value that is impossible: its path, such as <c>devices[0].arcs[1].seconds[3]</c>, and what is wrong; null if all is well.</summary>
    public static (string Path, string Text)? FindProblem(DecisionSnapshot snapshot) =>
        SlaProblem(snapshot.Sla)
        ?? RamProblem(snapshot.Ram)
        ?? ListProblem(snapshot.Transfer?.FixedSeconds, "transfer.fixedSeconds", zeroAllowed: true)
        ?? ListProblem(snapshot.Transfer?.BytesPerSecond, "transfer.bytesPerSecond", zeroAllowed: false)
        ?? DevicesProblem(snapshot.Devices)
        ?? BlackoutsProblem(snapshot.PastBlackouts, "pastBlackouts")
        ?? BlackoutsProblem(snapshot.PastBlackoutsAfterQuiesce, "pastBlackoutsAfterQuiesce");

    private static (string, string)? SlaProblem(SlaTerms? sla)
    {
        if (sla is null)
        {
            return null;
        }

        return sla.Confidence is { } confidence && !(confidence > 0 && confidence < 1)
            ? ("sla.confidence", $"must be above 0 and below 1, such as 0.99; it is {confidence}")
            : AboveZero(sla.BlackoutLimitSeconds, "sla.blackoutLimitSeconds")
            ?? AboveZero(sla.CompleteWithinSeconds, "sla.completeWithinSeconds")
            ?? AboveZero(sla.DirtyRateFloorBytesPerSecond, "sla.dirtyRateFloorBytesPerSecond")
            ?? AtLeastZero(sla.ElapsedSeconds, "sla.elapsedSeconds")
            ?? AtLeastZero(sla.PausedSeconds, "sla.pausedSeconds")
            ?? AtLeastZero(sla.ErrorBudgetRemainingSeconds, "sla.errorBudgetRemainingSeconds");
    }

    private static (string, string)? RamProblem(RamEvidence? ram)
    {
        if (ram is null)
        {
            return null;
        }

        for (var i = 0; i < ram.DirtyWindows.Count; i++)
        {
            var window = ram.DirtyWindows[i];
            if ((AboveZero(window.Seconds, $"ram.dirtyWindows[{i}].seconds") ?? AtLeastZero(window.UniqueBytes, $"ram.dirtyWindows[{i}].uniqueBytes")) is { } problem)
            {
                return problem;
            }
        }

        return AtLeastZero(ram.RemainingBytes, "ram.remainingBytes");
    }

    private static (string, string)? DevicesProblem(IReadOnlyList<DeviceEvidence> devices)
    {
        var names = new HashSet<string>();
        for (var i = 0; i < devices.Count; i++)
        {
            var device = devices[i];
            var path = $"devices[{i}]";
            if (device.Name.Length > 0 && !names.Add(device.Name))
            {
                return ($"{path}.name", $"two devices are named '{device.Name}'");
            }

            if ((AtLeastZero(device.StateBytes, $"{path}.stateBytes")
                ?? ListProblem(device.StateSizeRatios, $"{path}.stateSizeRatios", zeroAllowed: true)
                ?? FlagsProblem(device, path)
                ?? ArcsProblem(device.Arcs, path)) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static (string, string)? FlagsProblem(DeviceEvidence device, string path)
    {
        var capabilities = MigrationCapabilities.None;
        for (var i = 0; i < device.Flags.Count; i++)
        {
            if (!MigrationCapabilitySets.TryParse(device.Flags[i], out var capability))
            {
                return ($"{path}.flags[{i}]", $"'{device.Flags[i]}' is no migration flag; they are STOP_COPY, P2P and PRE_COPY");
            }

            capabilities |= capability;
        }

        if (device.Flags.Count > 0 && !capabilities.CanMigrate())
        {
            return ($"{path}.flags", "STOP_COPY is missing; every device that can be migrated has it");
        }

        if (device.State is null)
        {
            return null;
        }

        return StateProblem(device.State, $"{path}.state")
            ?? (DeviceStates.TryParse(device.State, out var state) && device.Flags.Count > 0 && state != DeviceState.Error && !MigrationStateMachine.Exists(state, capabilities)
                ? ($"{path}.state", $"a device with the flags {string.Join(", ", device.Flags)} has no state {device.State}")
                : null);
    }

    private static (string, string)? ArcsProblem(IReadOnlyList<ArcEvidence> arcs, string device)
    {
        var seen = new HashSet<(string, string)>();
        for (var i = 0; i < arcs.Count; i++)
        {
            var arc = arcs[i];
            var path = $"{device}.arcs[{i}]";
            if ((StateProblem(arc.From, $"{path}.from")
                ?? StateProblem(arc.To, $"{path}.to")
                ?? ListProblem(arc.Seconds, $"{path}.seconds", zeroAllowed: true)
                ?? AtLeastZero(arc.WorstSeconds, $"{path}.worstSeconds")) is { } problem)
            {
                return problem;
            }

            if (!seen.Add((arc.From, arc.To)))
            {
                return (path, $"the arc {arc.From}->{arc.To} is given twice");
            }
        }

        return null;
    }

    private static (string, string)? BlackoutsProblem(IReadOnlyList<PastBlackout> blackouts, string path)
    {
        for (var i = 0; i < blackouts.Count; i++)
        {
            if ((AboveZero(blackouts[i].PredictedSeconds, $"{path}[{i}].predictedSeconds")
                ?? AtLeastZero(blackouts[i].ActualSeconds, $"{path}[{i}].actualSeconds")) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static (string, string)? ListProblem(IReadOnlyList<double>? values, string path, bool zeroAllowed)
    {
        for (var i = 0; i < (values?.Count ?? 0); i++)
        {
            // The path is only put together for a value that is refused: lists are long.
            var value = values![i];
            if (!double.IsFinite(value) || value < 0 || (value == 0 && !zeroAllowed))
            {
                return zeroAllowed ? AtLeastZero(value, $"{path}[{i}]") : AboveZero(value, $"{path}[{i}]");
            }
        }

        return null;
    }

    private static (string, string)? StateProblem(string text, string path) =>
        DeviceStates.TryParse(text, out _)
            ? null
            : (path, $"'{text}' is no device state; they are {string.Join(", ", Enum.GetValues<DeviceState>().Select(s => s.Name()))}");

    private static (string, string)? AboveZero(double? value, string path) =>
        value is not { } number || (double.IsFinite(number) && number > 0) ? null : (path, $"must be a finite number above 0; it is {number}");

    private static (string, string)? AtLeastZero(double? value, string path) =>
        value is not { } number || (double.IsFinite(number) && number >= 0) ? null : (path, $"must be a finite number of at least 0; it is {number}");
}
