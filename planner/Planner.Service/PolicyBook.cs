using Planner.Documents;
using Planner.Policies;
using Planner.Storage;

namespace Planner.Service;

/// <summary>The SLA classes: those that were put into the service, and those that it was started with where no other has their name.</summary>
internal sealed class PolicyBook(ServiceStore records, IReadOnlyList<SlaPolicy> delivered)
{
    private const int Most = 1000;

    private IReadOnlyList<SlaPolicy>? _all;

    /// <summary>All classes, by name.</summary>
    public IReadOnlyList<SlaPolicy> All => Volatile.Read(ref _all) ?? Read();

    /// <summary>A class; null if there is none.</summary>
    public SlaPolicy? Find(string name) => All.FirstOrDefault(p => p.Name == name);

    /// <summary>Whether the service was started with a class.</summary>
    public bool IsDelivered(string name) => delivered.Any(p => p.Name == name);

    /// <summary>The class of a machine: the one that is named, or the one that selects it.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public SlaPolicy Of(string machine, IReadOnlyDictionary<string, string> labels, string? name) => name is not null
        ? Find(name) ?? throw new RefusedException(422, $"There is no SLA class '{name}': known are {string.Join(", ", All.Select(p => p.Name))}.")
        : Select(labels)
            ?? throw new RefusedException(422, $"No SLA class selects {machine} by its labels: name one with 'sla'.");

    /// <summary>The class that selects a machine by its labels; null if none does. What the service was started with selects nothing unless it names labels.</summary>
    public SlaPolicy? Select(IReadOnlyDictionary<string, string> labels) => SlaSelection.Find(All.Where(p => p.Selector.Count > 0 || !IsDelivered(p.Name)), labels);

    /// <summary>Reads anew what was put, after a change.</summary>
    public IReadOnlyList<SlaPolicy> Read()
    {
        var put = records.List(Kinds.Policy, "", Most).Select(r => SlaPolicyText.ReadAll(r.Body, r.Name)[0]).ToList();
        IReadOnlyList<SlaPolicy> all = [.. put.Concat(delivered.Where(d => put.All(p => p.Name != d.Name))).OrderBy(p => p.Name, StringComparer.Ordinal)];
        Volatile.Write(ref _all, all);
        return all;
    }
}
