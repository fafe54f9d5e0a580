using Planner.Sessions;
using Planner.Storage;

namespace Planner.Agent;

/// <summary>How an agent is started.</summary>
public sealed record AgentOptions
{
    /// <summary>Where agents reach the service: https, as it was told with <c>serve --agents</c>. Of services that take turns all of them; they are dialled one after another.</summary>
    public required IReadOnlyList<Uri> Services { get; init; }

    /// <summary>The join token; null once the host has joined.</summary>
    public string? JoinToken { get; init; }

    /// <summary>The folder of the host's key and certificates, for the owner only.</summary>
    public required string IdentityFolder { get; init; }

    /// <summary>Where other agents reach this one, such as <c>192.0.2.7:8444</c>; null where they cannot.</summary>
    public string? Peers { get; init; }

    /// <summary>The agent's own store: its outbox, what it was told last, and what it measured. Whoever gives it disposes it.</summary>
    public required SqlMeasurementStore Store { get; init; }

    /// <summary>What migrations work with: drivers and a state directory have to be there.</summary>
    public required SessionServices Sessions { get; init; }

    /// <summary>The state directories in which other migrations may have been journaled.</summary>
    public required IReadOnlyList<string> JournalPlaces { get; init; }

    /// <summary>The machines of this host whose monitors can be found without asking anybody.</summary>
    public required Func<HostInventory> FindMachines { get; init; }

    /// <summary>Is told, in sentences, what an operator has to know.</summary>
    public required Action<string> Say { get; init; }
}
