using System.Reflection;
using Planner.Agent.Wire;

namespace Planner.Agent;

/// <summary>The part of the planner beside the hypervisor: carries out the migrations that leave its host, lets others in, and tells what is on the host. What is critical in time is decided here.</summary>
public sealed class PlannerAgent : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan JoinAgain = TimeSpan.FromSeconds(5);

    private readonly AgentOptions _options;
    private readonly AgentIdentity _identity;
    private readonly AgentRecords _records;
    private readonly Tunnels _tunnels;
    private readonly AgentMigrations _migrations;
    private readonly ServiceLink _link;

    private PlannerAgent(AgentOptions options, AgentIdentity identity)
    {
        (_options, _identity) = (options, identity);
        _records = new AgentRecords(options.Store, Clock);
        _tunnels = new Tunnels(Path.Combine(options.Sessions.StateDirectory!, "peers"), identity, _records, Clock, options.Say);
        _link = new ServiceLink(options.Services, identity, _records, Clock) { Greet = Greet, Take = Take, Say = options.Say };
        var store = new AgentStore(options.Store, _records, _link.Ask) { Kept = _link.Wake, OriginOf = _tunnels.OriginOf };
        _migrations = new AgentMigrations(options with { Sessions = options.Sessions with { Host = identity.Node } }, _records, store, _tunnels) { Kept = _link.Wake };
        _migrations.Told += _link.Send;
    }

    /// <summary>The name under which the host has joined.</summary>
    public string Node => _identity.Node;

    private TimeProvider Clock => _options.Sessions.Clock;

    /// <summary>Starts an agent: joins if the host has not yet, and brings what an earlier process had begun to its end, before anything new is begun.</summary>
    /// <param name="options">How.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="AgentRefusedException">It cannot work like this.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static async Task<PlannerAgent> StartAsync(AgentOptions options, CancellationToken stop)
    {
        if (options.Services.FirstOrDefault(s => s.Scheme != "https") is { } plain)
        {
            throw new AgentRefusedException($"{plain} is no address of a service for agents: write the https address of 'serve --agents'.");
        }

        var identity = AgentIdentity.Open(options.IdentityFolder, options.Services[0]);
        try
        {
            await JoinAsync(options, identity, stop).ConfigureAwait(false);
            var agent = new PlannerAgent(options, identity);
            await agent._migrations.RecoverAsync(stop).ConfigureAwait(false);
            return agent;
        }
        catch
        {
            identity.Dispose();
            throw;
        }
    }

    /// <summary>Works until it is stopped. What is under way then is called back, or comes to its end.</summary>
    /// <exception cref="AgentRefusedException">The service takes this host no more, or the agent cannot listen where it was told to.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        List<Task> work = [Task.Run(() => _link.RunAsync(ends.Token), CancellationToken.None), Task.Run(() => LookAsync(ends.Token), CancellationToken.None)];
        if (_options.Peers is { } peers)
        {
            work.Add(Task.Run(() => new PeerListener(_identity, _records, Clock, _options.Say).RunAsync(peers, ends.Token), CancellationToken.None));
        }

        // What fails is told once every migration has come to its end.
        var first = await Task.WhenAny(work).ConfigureAwait(false);
        await _migrations.DisposeAsync().ConfigureAwait(false);
        await ends.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(work)).ConfigureAwait(false);
        if (!stop.IsCancellationRequested)
        {
            await first.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _migrations.DisposeAsync().ConfigureAwait(false);
        await _tunnels.DisposeAsync().ConfigureAwait(false);
        _identity.Dispose();
    }

    private static async Task JoinAsync(AgentOptions options, AgentIdentity identity, CancellationToken stop)
    {
        if (identity.Certificate is not null)
        {
            return;
        }

        var token = options.JoinToken ?? throw new AgentRefusedException("This host has not joined yet: give --join TOKEN, which POST /v1/enrolments of the service makes.");
        for (var tries = 1; ; tries++)
        {
            try
            {
                await identity.JoinAsync(token, stop).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !stop.IsCancellationRequested))
            {
                if (tries == options.Services.Count)
                {
                    options.Say($"The service at {string.Join(" and ", options.Services)} cannot be reached ({e.Message.TrimEnd('.')}): the host joins as soon as it is there.");
                }

                identity.Service = options.Services[tries % options.Services.Count];
                await Task.Delay(tries < options.Services.Count ? TimeSpan.Zero : JoinAgain, options.Sessions.Clock, stop).ConfigureAwait(false);
            }
        }
    }

    private Hello Greet()
    {
        var hello = new Hello
        {
            Epoch = _records.CurrentEpoch,
            Last = _records.LastNumber,
            Unsent = _records.LastNumber is var last && last > _records.KeptNumber ? last : 0,
            Lost = _records.Lost,
            Peers = _options.Peers ?? "",
            Version = typeof(PlannerAgent).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        };
        if (_records.Highest is { } highest)
        {
            hello.Highest = highest.ToWire();
        }

        hello.Running.AddRange(_migrations.UnderWay);
        return hello;
    }

    private void Take(ToAgent word)
    {
        switch (word)
        {
            case { Start: { } start }:
                _migrations.Begin(start);
                break;
            case { Cancel: { } cancel }:
                _migrations.Cancel(cancel.Migration);
                break;
            case { Expect: { } expect }:
                _link.Send(new FromAgent { Expected = new Expected { Migration = expect.Migration, Refusal = Expect(expect) ?? "" } });
                break;
            case { Release: { } release }:
                _records.Delete(PeerListener.Expected, release.Migration);
                break;
        }
    }

    private string? Expect(Expect expect)
    {
        if (_options.Peers is null)
        {
            return $"The agent of {Node} listens for no other: start it with --peers ADDRESS:PORT.";
        }

        var token = MachineToken.Of(expect.Token);
        if (_records.Raise(expect.Machine, token) is { } refusal)
        {
            return refusal;
        }

        var sockets = WayToPeer.SocketsOf(_options.Sessions.Drivers!, expect.Destination);
        _records.Put(PeerListener.Expected, expect.Migration, new ExpectedMigration(expect.Machine, token, expect.SourceNode, sockets), AgentJson.Default.ExpectedMigration);
        return null;
    }

    /// <summary>Tells what machines are on the host, whenever that changes, and now and then.</summary>
    private async Task LookAsync(CancellationToken stop)
    {
        var (told, times, at) = (new Inventory(), -1, 0L);
        using var timer = new PeriodicTimer(LookEvery, Clock);
        do
        {
            var (inventory, attached) = (ToWire(_options.FindMachines()), _link.TimesAttached);
            if (!inventory.Equals(told) || attached != times || Clock.GetElapsedTime(at) >= TellEvery)
            {
                _link.Send(new FromAgent { Inventory = inventory });
                (told, times, at) = (inventory, attached, Clock.GetTimestamp());
            }
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    private static Inventory ToWire(HostInventory found)
    {
        var inventory = new Inventory { IsWhole = found.IsWhole };
        inventory.Machines.AddRange(found.Machines.Select(m => new FoundMachine { Name = m.Name, Target = m.Target ?? "", Process = m.Process, IsWaiting = m.IsWaiting }));
        return inventory;
    }
}
