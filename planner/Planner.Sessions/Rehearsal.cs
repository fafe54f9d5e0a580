using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>
/// Gathers evidence by whole switchovers with no promise at stake: to the destination and back again, as often as asked.
/// The machine is stopped in each of them, so this is for machines that carry no load.
/// </summary>
public sealed class Rehearsal
{
    private readonly IReadOnlyList<DevicePair> _devices;
    private readonly SessionServices _services;
    private readonly string _machine;

    /// <summary>Makes a rehearsal.</summary>
    /// <param name="machine">The machine's name in the records.</param>
    /// <param name="devices">The machine's devices.</param>
    /// <param name="services">What to work with; every switchover has the journal to itself.</param>
    public Rehearsal(string machine, IReadOnlyList<DevicePair> devices, SessionServices services)
    {
        _machine = machine;
        _devices = devices;
        _services = services;
    }

    /// <summary>Is told the result of every switchover that counts; called before the next one begins.</summary>
    public Action<SessionResult>? OnSwitchover { get; init; }

    /// <summary>Rehearses until enough switchovers were done; the machine ends where it began.</summary>
    /// <param name="switchovers">How many, there and back counted each. After an odd number one more brings the machine home, which is no evidence and nobody is told of.</param>
    /// <param name="cancellationToken">Ends the rehearsal once the machine is back where it began.</param>
    /// <returns>The last result: the one that went wrong, if one did.</returns>
    public async Task<SessionResult> RunAsync(int switchovers, CancellationToken cancellationToken)
    {
        var there = Request(_devices);
        var back = Request([.. _devices.Select(d => new DevicePair(d.Name, d.Destination, d.Source))]);
        SessionResult result;
        var done = 0;
        do
        {
            result = await RunOneAsync(there).ConfigureAwait(false);
            if (result.Outcome == MigrationOutcome.Completed)
            {
                var counts = done + 1 < switchovers;
                var home = await RunOneAsync(back, counts).ConfigureAwait(false);
                result = counts || home.Outcome != MigrationOutcome.Completed ? home : result;
            }

            done += 2;
        }
        while (done < switchovers && result.Outcome == MigrationOutcome.Completed && !cancellationToken.IsCancellationRequested);
        return result;
    }

    // A switchover under way is always finished: half of one is no place to stop.
    private async Task<SessionResult> RunOneAsync(DeviceMigrationRequest request, bool counts = true)
    {
        var services = counts ? _services : _services with { Store = null };
        var result = await MigrationSession.RunAsync(request with { MigrationId = TimeOrderedId.New().ToString() }, services, CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (counts)
            {
                OnSwitchover?.Invoke(result);
            }
        }
        catch (Exception)
        {
            // Whoever cannot be told must not leave the machine half way.
        }

        return result;
    }

    private DeviceMigrationRequest Request(IReadOnlyList<DevicePair> devices) => new()
    {
        Machine = _machine,
        Devices = devices,
        Policy = new SlaPolicy { Name = "", BlackoutLimit = TimeSpan.FromHours(1) },
        Mode = MigrationMode.Rehearsal,
    };
}
