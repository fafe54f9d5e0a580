using Planner.Fleet;
using Planner.Policies;
using Planner.Sessions;
using Planner.Storage;

namespace Planner.Service;

/// <summary>How the service is started.</summary>
public sealed record ServiceOptions
{
    /// <summary>Where it listens if nobody says.</summary>
    public const string UsualUrl = "http://127.0.0.1:8080";

    /// <summary>Where it listens: http on loopback, https anywhere. Port 0 takes one that is free.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [UsualUrl];

    /// <summary>The certificate for https, as PEM; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Its key, as PEM; null if it stands in the same file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Where agents dial in, such as <c>https://192.0.2.1:8443</c>; null to take none.</summary>
    public string? AgentsUrl { get; init; }

    /// <summary>The authority that certifies agents, certificate and key as PEM; made at the first start.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>How long certificates of agents last; they are renewed at two thirds of it.</summary>
    public TimeSpan CertificateLife { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Whether callers on this host need a token, too. From other hosts they always do.</summary>
    public bool RequiresTokens { get; init; }

    /// <summary>The store. Whoever gives it disposes it, after the service has stopped.</summary>
    public required SqlMeasurementStore Store { get; init; }

    /// <summary>The name of this service among those that take turns on one store, the same after every start; null where there is no other.</summary>
    public string? Name { get; init; }

    /// <summary>What migrations work with: drivers and a state directory have to be there.</summary>
    public required SessionServices Sessions { get; init; }

    /// <summary>The state directories in which other migrations may have been journaled.</summary>
    public required IReadOnlyList<string> JournalPlaces { get; init; }

    /// <summary>The classes that are there beside those that are put into the service.</summary>
    public required IReadOnlyList<SlaPolicy> Policies { get; init; }

    /// <summary>Is told, in sentences, what an operator has to know.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>What a device of a profile adds to a blackout, for plans; null if there is no profile of the name. Clients name profiles, so that no name may lead to a file.</summary>
    public Func<string, DeviceBlackout?> DeviceBlackoutOf { get; init; } = _ => null;

    /// <summary>What the operator has set in a file.</summary>
    public ServiceConfiguration Configuration { get; init; } = ServiceConfiguration.Usual;

    /// <summary>Trains the learned model from files, has it judged, keeps it in the store, and says so in a sentence; null if that cannot be done here.</summary>
    public Func<IReadOnlyList<string>, string>? Train { get; init; }

    /// <summary>Has the code of a switchover compiled, so that no guest waits for it: done once the service answers, and before its first migration. It is told when the service ends.</summary>
    public Func<CancellationToken, Task> WarmUp { get; init; } = _ => Task.CompletedTask;

    /// <summary>How many migrations may leave or reach one node at a time; at least 1.</summary>
    public int MostPerNode { get; init; } = 2;

    /// <summary>How many migrations may cross one link at a time, as the label <c>link</c> of nodes names it; at least 1.</summary>
    public int MostPerLink { get; init; } = 4;
}
