using Planner.Measurements;
using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Says why a machine cannot move, by the term that weighs most, and what the smallest change is that would free it.</summary>
internal sealed class BlockedReasons(FleetModel model, MoveForecaster forecaster, IReadOnlyList<SlaPolicy> classes)
{
    private const double HighestRate = 1e12;
    private const int Bisections = 40;

    // A few times more bandwidth is another port; more than that is another machine room.
    private const double AffordableRates = 10;

    /// <summary>Its SLA class allows no move at the best bandwidth that there is.</summary>
    public BlockedMachine BySla(int machine, double bytesPerSecond)
    {
        var forecast = forecaster.Of(machine, bytesPerSecond);
        var (shape, sla) = (forecaster.Shape(machine), forecaster.Shape(machine).Sla!);
        if (forecast.Blackout.Fits)
        {
            var (takes, within) = Words.Against(forecast.P95Seconds, sla.CompleteWithin!.Value.TotalSeconds);
            return Blocked(
                machine,
                $"its move takes up to {takes} at {Rate(bytesPerSecond)}, and the class {sla.Name} asks for {within}; most of it is sending its {Quantity.FormatBytes(shape.MemoryBytes)} of memory",
                NeededRate(machine, bytesPerSecond, HighestRate) is { } rate ? $"a bandwidth >= {Words.RateUp(rate)} for it" : $"complete within >= {Words.SecondsUp(forecast.P95Seconds)} for the class {sla.Name}");
        }

        var blackout = forecast.Blackout;
        var (bound, limit) = Words.Against(blackout.BoundSeconds, sla.BlackoutLimit.TotalSeconds);
        return Blocked(machine, $"its blackout would be up to {bound} at {Rate(bytesPerSecond)}, and the class {sla.Name} allows {limit}; most of it is {Dominant(shape, blackout, bytesPerSecond)}", CheapestForBlackout(machine, bytesPerSecond));
    }

    /// <summary>No host has room for it.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="placement">The fleet when all that can move has.</param>
    /// <param name="spare">Hosts that are kept spare.</param>
    public BlockedMachine ByPlace(int machine, Placement placement, IReadOnlyList<int> spare)
    {
        var lacks = placement.Targets.Where(h => h != model.HostOf[machine]).Select(h => Lack(machine, h, placement)).OrderBy(l => l.Weight).ThenBy(l => l.Host).ToList();
        if (lacks.Count == 0)
        {
            return Blocked(machine, "no host is left that takes machines", spare.Count > 0 ? "keepSpareHosts: 0" : "one more host that is not to be empty");
        }

        var kinds = lacks.GroupBy(l => l.Kind).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} {g.Key}");
        var nearest = lacks[0];
        var change = spare.Any(h => Lack(machine, h, placement).Weight == 0) ? $"keepSpareHosts: {spare.Count - 1}"
            : !model.Spec.Task.MakeRoom && model.Spec.Task.Kind == FleetTaskKind.Drain && HasRoomInAll(machine, placement) ? "makeRoom: true, since there is room enough, but not on one host"
            : nearest.Change;
        return Blocked(machine, $"no host can take it: of {lacks.Count}, {string.Join(", ", kinds)}", change);
    }

    /// <summary>Its target was given, and is not possible.</summary>
    public BlockedMachine ByGivenTarget(int machine, int host, Placement placement, bool waitsInCircle)
    {
        var lack = Lack(machine, host, placement);
        return waitsInCircle
            ? Blocked(machine, $"it waits in a circle: {model.HostName(host)} has room for it only once a machine has left that waits itself", $"{AmountOf(lack.Change)} on {model.HostName(host)}, or another target for one of the circle")
            : Blocked(machine, $"its target {model.HostName(host)} {(lack.Kind.StartsWith("have ", StringComparison.Ordinal) ? $"has {lack.Kind[5..]}" : lack.Kind)}", lack.Change);
    }

    /// <summary>Its host may send nothing.</summary>
    public BlockedMachine ByHost(int machine) =>
        Blocked(machine, $"its host {model.HostName(model.HostOf[machine])} may send no machine (maxOutgoing: 0)", $"maxOutgoing: 1 for {model.HostName(model.HostOf[machine])}");

    private BlockedMachine Blocked(int machine, string reason, string change) => new(model.MachineName(machine), reason, change);

    private static string AmountOf(string change) => change.Split(" on ")[0];

    private static string Rate(double bytesPerSecond) => $"{Quantity.FormatBytes(bytesPerSecond)}/s";

    private static string Dominant(MachineShape shape, BlackoutForecast blackout, double bytesPerSecond)
    {
        var arcs = shape.Devices.BoundSeconds;
        return blackout.MemorySeconds >= Math.Max(arcs, blackout.StateSeconds)
            ? $"sending the {Quantity.FormatBytes(blackout.MemorySeconds * bytesPerSecond)} of memory below which pre-copy does not get"
            : arcs >= blackout.StateSeconds ? $"the arcs of its devices ({Words.SecondsUp(arcs)})" : $"sending its devices' state of {Quantity.FormatBytes(shape.Devices.StateBytes)}";
    }

    private string CheapestForBlackout(int machine, double bytesPerSecond)
    {
        var (shape, sla) = (forecaster.Shape(machine), forecaster.Shape(machine).Sla!);
        var blackout = forecaster.Of(machine, bytesPerSecond).Blackout;
        if (blackout.StopBytes > 0)
        {
            return $"a dirty-rate limit <= {Words.RateDown(bytesPerSecond / 2)}, which the class {sla.Name} {(sla.DirtyRateFloorBytesPerSecond is null ? "does not allow" : "has a higher floor for")}";
        }

        if (NeededRate(machine, bytesPerSecond, AffordableRates * bytesPerSecond) is { } rate)
        {
            return $"a bandwidth >= {Words.RateUp(rate)} for it";
        }

        var milder = classes.Where(c => BlackoutForecast.Of(shape, bytesPerSecond, c).Fits).MinBy(c => c.BlackoutLimit);
        return milder is not null ? $"the class {milder.Name}, which allows {Words.Seconds(milder.BlackoutLimit.TotalSeconds)}" : $"a blackout limit >= {Words.SecondsUp(blackout.BoundSeconds)}";
    }

    private double? NeededRate(int machine, double from, double to)
    {
        if (!forecaster.Of(machine, to).Fits)
        {
            return null;
        }

        var (low, high) = (Math.Log(from), Math.Log(to));
        for (var i = 0; i < Bisections; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = forecaster.Of(machine, Math.Exp(middle)).Fits ? (low, middle) : (middle, high);
        }

        return Math.Exp(high);
    }

    private bool HasRoomInAll(int machine, Placement placement) =>
        Enumerable.Range(0, model.Dimensions).All(d => model.Need[machine * model.Dimensions + d] <= placement.Targets.Sum(h => Math.Max(0, placement.Free(h, d))));

    private (int Host, double Weight, string Kind, string Change) Lack(int machine, int host, Placement placement)
    {
        var name = model.HostName(host);
        var rate = model.Rate(model.HostOf[machine], host);
        if (model.InSlots[host] == 0)
        {
            return (host, 4, "may receive no machine (maxIncoming: 0)", $"maxIncoming: 1 for {name}");
        }

        if (!forecaster.Of(machine, rate).Fits)
        {
            return (host, 3, "have a way that is too slow for its class", $"a faster way to {name}");
        }

        if (placement.HasGroup(machine, host))
        {
            return (host, 2, $"have one of its group '{model.Spec.Machines[machine].AntiAffinity}'", $"one more host without a machine of '{model.Spec.Machines[machine].AntiAffinity}'");
        }

        var (worst, share) = (-1, 0.0);
        for (var d = 0; d < model.Dimensions; d++)
        {
            var need = model.Need[machine * model.Dimensions + d];
            var lack = need > 0 ? (need - placement.Free(host, d)) / need : 0;
            (worst, share) = lack > share ? (d, lack) : (worst, share);
        }

        if (worst < 0)
        {
            return (host, 0, "would have room", $"a plan made anew with another --seed, since {name} would have room");
        }

        var missing = model.Need[machine * model.Dimensions + worst] - placement.Free(host, worst);
        var quantity = model.Quantities[worst];
        return (host, Math.Min(share, 1.9), $"have too little {quantity.Name}", $"{quantity.Amount(missing)} more on {name}");
    }
}
