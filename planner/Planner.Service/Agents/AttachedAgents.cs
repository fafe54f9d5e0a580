using System.Collections.Concurrent;

namespace Planner.Service;

/// <summary>The agents whose streams are up.</summary>
internal sealed class AttachedAgents
{
    private readonly ConcurrentDictionary<string, AttachedAgent> _all = new();

    /// <summary>The agent of a host; null if it is away.</summary>
    public AttachedAgent? Find(string node) => _all.GetValueOrDefault(node);

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<AttachedAgent> All => [.. _all.Values];

    /// <summary>Attaches an agent.</summary>
    /// <returns>Whether no other has the name now.</returns>
    public bool TryAdd(AttachedAgent agent) => _all.TryAdd(agent.Node, agent);

    /// <summary>Detaches an agent.</summary>
    public void Remove(AttachedAgent agent) => _all.TryRemove(new(agent.Node, agent));
}
