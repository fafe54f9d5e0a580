using Microsoft.AspNetCore.Http;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Service;

/// <summary>How many migrations may share nodes and links: more at once lengthen the blackout of each.</summary>
internal static class Admission
{
    /// <summary>What a migration uses.</summary>
    /// <param name="Nodes">The nodes that it leaves and reaches.</param>
    /// <param name="Links">The links that it crosses.</param>
    internal sealed record Use(IReadOnlyList<string> Nodes, IReadOnlyList<string> Links);

    /// <summary>Refuses a second migration of a machine, or with a device of another one.</summary>
    /// <param name="active">Those that wait or run.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="wanted">What would move, and where to.</param>
    /// <param name="identify">Tells what addresses on a node stand for.</param>
    /// <exception cref="RefusedException">It is taken.</exception>
    public static void CheckFree(IEnumerable<Operation> active, string machine, IReadOnlySet<TargetIdentity> wanted, Func<string, string?, IEnumerable<TargetIdentity>> identify)
    {
        foreach (var other in active)
        {
            if (other.Machine == machine)
            {
                throw new RefusedException(StatusCodes.Status409Conflict, $"A migration of {machine} is not over yet: {other.Id}.") { CheapestChange = $"wait for {other.Id}, or cancel it" };
            }

            var taken = DevicePairs.Split(other.Source).Select(a => (Address: a, Node: other.SourceNode)).Concat(DevicePairs.Split(other.Destination).Select(a => (Address: a, Node: other.DestinationNode)))
                .FirstOrDefault(t => identify(t.Address, t.Node).Any(wanted.Contains)).Address;
            if (taken is not null)
            {
                throw new RefusedException(StatusCodes.Status409Conflict, $"{taken} is in another migration, of {other.Machine}: {other.Id}.") { CheapestChange = $"wait for {other.Id}, or cancel it" };
            }
        }
    }

    /// <summary>What a migration has to wait for.</summary>
    /// <param name="running">What those under way use.</param>
    /// <param name="next">What it would use.</param>
    /// <param name="mostPerNode">How many may use a node.</param>
    /// <param name="mostPerLink">How many may use a link.</param>
    /// <returns>A sentence; null if it need not wait.</returns>
    public static string? FindWait(IReadOnlyCollection<Use> running, Use next, int mostPerNode, int mostPerLink) =>
        Busy("node", running.SelectMany(u => u.Nodes), next.Nodes, mostPerNode) ?? Busy("link", running.SelectMany(u => u.Links), next.Links, mostPerLink);

    private static string? Busy(string what, IEnumerable<string> used, IReadOnlyList<string> wanted, int most) =>
        used.Where(wanted.Contains).GroupBy(name => name).FirstOrDefault(g => g.Count() >= most) is { } full
            ? $"waits for the {what} {full.Key}: {full.Count()} migrations use it, and {most} may"
            : null;
}
