using Planner.Estimators;
using Planner.Evidence;
using Planner.Measurements;

namespace Planner.Policies;

/// <summary>What a snapshot's values must fulfil beyond their types.</summary>
/// <remarks>The ranges (<see cref="ValueLimits"/>) are far beyond anything real. They keep every figure that is computed from the values finite.</remarks>
public static class SnapshotRules
{
    private const double MinimumSeconds = 1e-9;
    private const double MaximumRatio = 1e6;
    private const int MaximumNameLength = 100;

    // Both addresses of each of many devices.
    private const int MaximumPlaceLength = 100_000;

    /// <summary>The first value that is impossible: its path, such as <c>devices[0].arcs[1].seconds[3]</c>, and what is wrong; null if all is well.</summary>
    public static (string Path, string Text)? FindProblem(DecisionSnapshot snapshot) =>
        SlaProblem(snapshot.Sla)
        ?? RamProblem(snapshot.Ram)
        ?? ListProblem(snapshot.Transfer?.FixedSeconds, 0, ValueLimits.LongestSeconds, "transfer.fixedSeconds")
        ?? ListProblem(snapshot.Transfer?.BytesPerSecond, ValueLimits.LeastBytesPerSecond, ValueLimits.MostBytesPerSecond, "transfer.bytesPerSecond")
        ?? DevicesProblem(snapshot.Devices)
        ?? BlackoutsProblem(snapshot.PastBlackouts, "pastBlackouts")
        ?? BlackoutsProblem(snapshot.PastBlackoutsAfterQuiesce, "pastBlackoutsAfterQuiesce")
        ?? BlackoutsProblem(snapshot.PastBlackoutsOfLikeMachines ?? [], "pastBlackoutsOfLikeMachines")
        ?? BlackoutsProblem(snapshot.PastBlackoutsOfLikeMachinesAfterQuiesce ?? [], "pastBlackoutsOfLikeMachinesAfterQuiesce")
        ?? BlackoutsProblem(snapshot.PastBlackoutsOnBusyHost ?? [], "pastBlackoutsOnBusyHost")
        ?? BlackoutsProblem(snapshot.PastBlackoutsOnBusyHostAfterQuiesce ?? [], "pastBlackoutsOnBusyHostAfterQuiesce")
        ?? PlaceProblem(snapshot.Place)
        ?? GuessProblem(snapshot.FirstGuess);

    /// <summary>Whether samples of a term are what a snapshot may hold of it; those of the rate are inverse.</summary>
    internal static bool IsPossible(TermKind kind, Samples samples)
    {
        var (least, most) = kind switch
        {
            TermKind.TransferRate => (1 / ValueLimits.MostBytesPerSecond, 1 / ValueLimits.LeastBytesPerSecond),
            TermKind.StateSize => (0.0, MaximumRatio),
            _ => (0.0, ValueLimits.LongestSeconds),
        };
        return samples.Count == 0 || (samples.Sorted[0] >= least && samples.Sorted[^1] <= most);
    }

    private static (string, string)? SlaProblem(SlaTerms? sla)
    {
        if (sla is null)
        {
            return null;
        }

        return sla.Confidence is { } confidence && !(confidence > 0 && confidence < 1)
            ? ("sla.confidence", $"must be above 0 and below 1, such as 0.99; it is {confidence}")
            : SecondsAboveZero(sla.BlackoutLimitSeconds, "sla.blackoutLimitSeconds")
            ?? SecondsAboveZero(sla.CompleteWithinSeconds, "sla.completeWithinSeconds")
            ?? InRange(sla.DirtyRateFloorBytesPerSecond, ValueLimits.LeastBytesPerSecond, ValueLimits.MostBytesPerSecond, "sla.dirtyRateFloorBytesPerSecond")
            ?? Seconds(sla.ElapsedSeconds, "sla.elapsedSeconds")
            ?? Seconds(sla.PausedSeconds, "sla.pausedSeconds")
            ?? Seconds(sla.ErrorBudgetRemainingSeconds, "sla.errorBudgetRemainingSeconds");
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
            if (!IsAboveZero(window.Seconds) || !(window.UniqueBytes >= 0 && window.UniqueBytes <= ValueLimits.MostBytes))
            {
                return SecondsAboveZero(window.Seconds, $"ram.dirtyWindows[{i}].seconds") ?? InRange(window.UniqueBytes, 0, ValueLimits.MostBytes, $"ram.dirtyWindows[{i}].uniqueBytes");
            }
        }

        return InRange(ram.RemainingBytes, 0, ValueLimits.MostBytes, "ram.remainingBytes");
    }

    private static (string, string)? DevicesProblem(IReadOnlyList<DeviceEvidence> devices)
    {
        var names = new HashSet<string>();
        var stateBytes = 0.0;
        for (var i = 0; i < devices.Count; i++)
        {
            var device = devices[i];
            var path = $"devices[{i}]";
            if (device.Name.Length > 0 && !names.Add(device.Name))
            {
                return ($"{path}.name", $"two devices are named '{device.Name}'");
            }

            if ((InRange(device.StateBytes, 0, ValueLimits.MostBytes, $"{path}.stateBytes")
                ?? InRange(device.LargestStateBytes, 0, ValueLimits.MostBytes, $"{path}.largestStateBytes")
                ?? InRange(device.PreCopiedBytes, 0, ValueLimits.MostBytes, $"{path}.preCopiedBytes")
                ?? InRange(device.LargestPreCopiedBytes, 0, ValueLimits.MostBytes, $"{path}.largestPreCopiedBytes")
                ?? ListProblem(device.StateSizeRatios, 0, MaximumRatio, $"{path}.stateSizeRatios")
                ?? ListProblem(device.StateSeconds, 0, ValueLimits.LongestSeconds, $"{path}.stateSeconds")
                ?? InRange(device.StateSecondsAssumed, 0, device.StateSeconds.Count, $"{path}.stateSecondsAssumed")
                ?? FlagsProblem(device, path)
                ?? ArcsProblem(device.Arcs, path)) is { } problem)
            {
                return problem;
            }

            stateBytes += device.StateBytes ?? 0;
            if (stateBytes > ValueLimits.MostBytes)
            {
                return ($"{path}.stateBytes", $"the devices up to this one have more than {ValueLimits.MostBytes} bytes of state, and all together may have that at the most");
            }
        }

        return null;
    }

    private static (string, string)? FlagsProblem(DeviceEvidence device, string path)
    {
        if ((FlagsProblem(device.Flags, $"{path}.flags", out var capabilities)
            ?? FlagsProblem(device.DestinationFlags, $"{path}.destinationFlags", out _)) is { } problem)
        {
            return problem;
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

    private static (string, string)? FlagsProblem(IReadOnlyList<string> flags, string path, out MigrationCapabilities capabilities)
    {
        capabilities = MigrationCapabilities.None;
        for (var i = 0; i < flags.Count; i++)
        {
            if (!MigrationCapabilitySets.TryParse(flags[i], out var capability))
            {
                return ($"{path}[{i}]", $"'{flags[i]}' is no migration flag; they are STOP_COPY, P2P and PRE_COPY");
            }

            capabilities |= capability;
        }

        return flags.Count > 0 && !capabilities.CanMigrate() ? (path, "STOP_COPY is missing; every device that can be migrated has it") : null;
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
                ?? ListProblem(arc.Seconds, 0, ValueLimits.LongestSeconds, $"{path}.seconds")
                ?? Seconds(arc.WorstSeconds, $"{path}.worstSeconds")) is { } problem)
            {
                return problem;
            }

            if (arc.Assumed < 0 || arc.Assumed > arc.Seconds.Count)
            {
                return ($"{path}.assumed", $"must be at least 0 and at most the {arc.Seconds.Count} values of 'seconds'; it is {arc.Assumed}");
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
        // Those of a memory were looked at when they came.
        for (var i = 0; i < (blackouts is PastBlackouts ? 0 : blackouts.Count); i++)
        {
            // The path is only put together for a value that is refused: lists are long.
            var (predicted, actual) = (blackouts[i].PredictedSeconds, blackouts[i].ActualSeconds);
            if (!IsAboveZero(predicted) || !IsAboveZero(actual))
            {
                return SecondsAboveZero(predicted, $"{path}[{i}].predictedSeconds") ?? SecondsAboveZero(actual, $"{path}[{i}].actualSeconds");
            }
        }

        return null;
    }

    private static (string, string)? PlaceProblem(string? place) =>
        place is null || (place.Length is > 0 and <= MaximumPlaceLength && !place.Any(char.IsControl))
            ? null
            : ("place", $"must say where the machine is in 1 to {MaximumPlaceLength} printable characters, such as 'on host pair a-b'");

    private static (string, string)? GuessProblem(FirstGuess? guess)
    {
        if (guess is null)
        {
            return null;
        }

        if (guess.Model.Length is 0 or > MaximumNameLength || guess.Model.Any(char.IsControl))
        {
            return ("firstGuess.model", $"must name the model in 1 to {MaximumNameLength} printable characters");
        }

        if (guess.BoundSeconds is null != guess.Confidence is null)
        {
            return ("firstGuess", "boundSeconds and confidence are given together or not at all");
        }

        return guess.Confidence is { } confidence && !(confidence > 0 && confidence < 1)
            ? ("firstGuess.confidence", $"must be above 0 and below 1, such as 0.99; it is {confidence}")
            : SecondsAboveZero(guess.P50Seconds, "firstGuess.p50Seconds") ?? SecondsAboveZero(guess.BoundSeconds, "firstGuess.boundSeconds");
    }

    private static (string, string)? ListProblem(IReadOnlyList<double>? values, double least, double most, string path)
    {
        if (values is Samples { Count: > 0 } samples && samples.Sorted[0] >= least && samples.Sorted[^1] <= most)
        {
            return null;
        }

        for (var i = 0; i < (values?.Count ?? 0); i++)
        {
            // The path is only put together for a value that is refused: lists are long.
            if (!(values![i] >= least && values[i] <= most))
            {
                return InRange(values[i], least, most, $"{path}[{i}]");
            }
        }

        return null;
    }

    private static (string, string)? StateProblem(string text, string path) =>
        DeviceStates.TryParse(text, out _)
            ? null
            : (path, $"'{text}' is no device state; they are {string.Join(", ", Enum.GetValues<DeviceState>().Select(s => s.Name()))}");

    private static (string, string)? Seconds(double? value, string path) => InRange(value, 0, ValueLimits.LongestSeconds, path);

    private static bool IsAboveZero(double seconds) => seconds >= MinimumSeconds && seconds <= ValueLimits.LongestSeconds;

    private static (string, string)? SecondsAboveZero(double? value, string path) => InRange(value, MinimumSeconds, ValueLimits.LongestSeconds, path);

    private static (string, string)? InRange(double? value, double least, double most, string path) =>
        value is not { } number || (number >= least && number <= most) ? null : (path, $"must be at least {least} and at most {most}; it is {number}");
}
