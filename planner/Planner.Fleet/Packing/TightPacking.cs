using Planner.Estimators;

namespace Planner.Fleet;

/// <summary>Packs machines into hosts that are nearly full: best fit by falling size, and then ejection, in which a machine without a place pushes out smaller ones.</summary>
/// <remarks>Best fit decreasing is the list heuristic of bin packing (Johnson 1973). Ejected machines are smaller than the one that came, so that what is left over shrinks; what was just put stays for a
/// while (tabu), so that two machines do not push each other out for ever.</remarks>
internal sealed class TightPacking(FleetModel model, MachineSizes sizes, int[] targets, SeededStream seeded)
{
    private const int LeastEjections = 1_000;
    private const int MostEjections = 5_000;
    private const int MostHostsTried = 256;
    private const int MostResidentsOfAHost = 64;
    private const double Jitter = 0.15;
    private const double Step = 0.9;

    // A machine that stays put is better than one that moves to make room.
    private const double ResidentPenalty = 2;

    private readonly Dictionary<int, List<int>> _on = [];
    private readonly Dictionary<int, int> _tabuUntil = [];
    private readonly HashSet<int> _residents = [];
    private SeededStream _draws = seeded;

    /// <summary>Packs as many as it can.</summary>
    /// <param name="placement">The fleet; changed.</param>
    /// <param name="left">The machines without a place, largest first.</param>
    /// <param name="placed">Machines that have a place and may get another.</param>
    /// <param name="movable">Machines that stay unless they make room.</param>
    public (Placement Placement, List<int> Left) Pack(Placement placement, IReadOnlyList<int> left, IReadOnlyList<int> placed, IReadOnlyList<int> movable)
    {
        Reset(placement, placed, movable);
        var waiting = new PriorityQueue<int, double>();
        var byGap = new SortedSet<(double Gap, int Host)>(targets.Select(h => (sizes.Gap(placement, h), h)));
        foreach (var machine in left)
        {
            if (BestFit(placement, byGap, machine) is >= 0 and var host)
            {
                Put(placement, byGap, machine, host);
            }
            else
            {
                waiting.Enqueue(machine, -sizes[machine]);
            }
        }

        return waiting.Count == 0 ? (placement, []) : Eject(placement, byGap, waiting, left.Count + placed.Count);
    }

    private void Reset(Placement placement, IReadOnlyList<int> placed, IReadOnlyList<int> movable)
    {
        _on.Clear();
        _tabuUntil.Clear();
        _residents.Clear();
        foreach (var host in targets)
        {
            _on[host] = [];
        }

        foreach (var machine in placed)
        {
            _on[placement[machine]].Add(machine);
        }

        foreach (var machine in movable.OrderBy(m => sizes[m]))
        {
            if (_on.TryGetValue(placement[machine], out var here) && here.Count < MostResidentsOfAHost)
            {
                here.Add(machine);
                _residents.Add(machine);
            }
        }
    }

    private int BestFit(Placement placement, SortedSet<(double Gap, int Host)> byGap, int machine)
    {
        foreach (var (_, host) in byGap.GetViewBetween((sizes.NeededGap(machine), -1), (double.PositiveInfinity, int.MaxValue)))
        {
            if (placement.HasRoom(machine, host) && placement.MayGo(machine, host))
            {
                return host;
            }
        }

        return -1;
    }

    private void Put(Placement placement, SortedSet<(double Gap, int Host)> byGap, int machine, int host)
    {
        byGap.Remove((sizes.Gap(placement, host), host));
        placement.Put(machine, host);
        byGap.Add((sizes.Gap(placement, host), host));
        _on[host].Add(machine);
    }

    private void Take(Placement placement, SortedSet<(double Gap, int Host)> byGap, int machine)
    {
        var host = placement[machine];
        byGap.Remove((sizes.Gap(placement, host), host));
        placement.Take(machine);
        byGap.Add((sizes.Gap(placement, host), host));
        _on[host].Remove(machine);
    }

    private (Placement Placement, List<int> Left) Eject(Placement placement, SortedSet<(double Gap, int Host)> byGap, PriorityQueue<int, double> waiting, int machines)
    {
        var (best, bestLeft, bestSize) = (placement.Copy(), Left(waiting), SizeOf(waiting));
        var ejections = Math.Clamp(machines, LeastEjections, MostEjections);
        for (var round = 0; round < ejections && waiting.Count > 0; round++)
        {
            var machine = waiting.Dequeue();
            if (BestFit(placement, byGap, machine) is >= 0 and var host)
            {
                Put(placement, byGap, machine, host);
            }
            else if (FindEjection(placement, machine, round) is { } found)
            {
                foreach (var leaving in found.Leaving)
                {
                    Take(placement, byGap, leaving);
                    waiting.Enqueue(leaving, -sizes[leaving]);
                }

                Put(placement, byGap, machine, found.Host);
                _tabuUntil[machine] = round + 5 + (int)(_draws.NextOpenUnit() * 20);
            }
            else
            {
                // Nothing smaller makes room for it now: others first.
                waiting.Enqueue(machine, -sizes[machine] * _draws.NextOpenUnit());
            }

            // A copy costs as much as many ejections, so that small steps are passed over until the last one.
            if (waiting.Count > 0 && SizeOf(waiting) is var size && size < bestSize * Step)
            {
                (best, bestLeft, bestSize) = (placement.Copy(), Left(waiting), size);
            }
        }

        return waiting.Count == 0 ? (placement, []) : (best, bestLeft);
    }

    private static List<int> Left(PriorityQueue<int, double> waiting) => [.. waiting.UnorderedItems.Select(i => i.Element).Order()];

    private double SizeOf(PriorityQueue<int, double> waiting) => waiting.UnorderedItems.Sum(i => sizes[i.Element]);

    private (int Host, int[] Leaving)? FindEjection(Placement placement, int machine, int round)
    {
        var (bestHost, bestCost) = (-1, double.PositiveInfinity);
        int[] bestLeaving = [];
        var tries = Math.Min(targets.Length, MostHostsTried);
        var start = (int)(_draws.NextOpenUnit() * targets.Length);
        for (var i = 0; i < tries; i++)
        {
            var host = targets[(start + i) % targets.Length];
            if (!IsAllowedButForRoom(placement, machine, host))
            {
                continue;
            }

            foreach (var leaving in Candidates(placement, machine, host, round))
            {
                var cost = leaving.Sum(CostOf) * (1 + Jitter * _draws.NextOpenUnit());
                if (cost < bestCost)
                {
                    (bestHost, bestCost, bestLeaving) = (host, cost, leaving);
                }
            }
        }

        // Larger ones now and then, too: a packing that is nearly right has to be shaken.
        return bestHost >= 0 && (bestCost < sizes[machine] || _draws.NextOpenUnit() < 0.3) ? (bestHost, bestLeaving) : null;
    }

    private double CostOf(int machine) => sizes[machine] * (_residents.Contains(machine) && IsAtHome(machine) ? ResidentPenalty : 1);

    private bool IsAtHome(int machine) => _on.TryGetValue(model.HostOf[machine], out var here) && here.Contains(machine);

    private bool IsAllowedButForRoom(Placement placement, int machine, int host) =>
        placement.MayGo(machine, host) || (placement.HasGroup(machine, host) && _on[host].Any(m => model.Group[m] == model.Group[machine]));

    private IEnumerable<int[]> Candidates(Placement placement, int machine, int host, int round)
    {
        var here = _on[host];
        var size = sizes[machine];
        for (var i = 0; i < here.Count; i++)
        {
            if (IsTabu(here[i], round) || !ClearsGroup(placement, machine, host, here[i], -1))
            {
                continue;
            }

            if (placement.HasRoomInPlaceOf(machine, host, here[i]))
            {
                yield return [here[i]];
                continue;
            }

            for (var j = i + 1; j < here.Count; j++)
            {
                if (!IsTabu(here[j], round) && sizes[here[i]] + sizes[here[j]] < 1.5 * size && HasRoomInPlaceOf(placement, machine, host, here[i], here[j]))
                {
                    yield return [here[i], here[j]];
                }
            }
        }
    }

    private bool IsTabu(int machine, int round) => _tabuUntil.TryGetValue(machine, out var until) && round < until;

    private bool ClearsGroup(Placement placement, int machine, int host, int one, int other) =>
        !placement.HasGroup(machine, host) || model.Group[one] == model.Group[machine] || (other >= 0 && model.Group[other] == model.Group[machine]);

    private bool HasRoomInPlaceOf(Placement placement, int machine, int host, int one, int other)
    {
        for (var d = 0; d < model.Dimensions; d++)
        {
            double Need(int m) => model.Need[m * model.Dimensions + d];
            if (Need(machine) > 0 && Need(machine) > placement.Free(host, d) + Need(one) + Need(other))
            {
                return false;
            }
        }

        return true;
    }
}
