using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>The connection to one hypervisor's monitor, opened anew when it was lost.</summary>
internal sealed class HypervisorLink : IAsyncDisposable
{
    private readonly string _address;
    private readonly Drivers? _drivers;
    private readonly IHypervisor? _first;
    private volatile IHypervisor? _machine;
    private volatile Action<HypervisorEvent>? _told;

    /// <param name="address">Its address.</param>
    /// <param name="machine">The open monitor; null to open it when it is needed.</param>
    /// <param name="settings">What the settings were before.</param>
    /// <param name="drivers">Open it anew; null if that cannot be done.</param>
    public HypervisorLink(string address, IHypervisor? machine, string settings, Drivers? drivers)
    {
        (_address, _first, Settings, _drivers) = (address, machine, settings, drivers);
        if (machine is not null)
        {
            Take(machine);
        }
    }

    /// <summary>What the settings were before.</summary>
    public string Settings { get; }

    /// <summary>Takes what the hypervisor tells.</summary>
    public Action<HypervisorEvent>? Told
    {
        set => _told = value;
    }

    /// <summary>The open monitor.</summary>
    /// <exception cref="HypervisorException">It is lost.</exception>
    public IHypervisor Machine => _machine ?? throw new HypervisorException(HypervisorFault.Lost, $"{_address}: the connection to the monitor is lost.");

    /// <summary>Asks for the truth, over a new connection if the old one is lost.</summary>
    public async Task<HypervisorReport> ReportAsync(TimeSpan limit)
    {
        var machine = _machine;
        if (machine is null)
        {
            if (_drivers is null)
            {
                throw new HypervisorException(HypervisorFault.Lost, $"{_address}: the connection to the monitor is lost.");
            }

            using var patience = new CancellationTokenSource(limit);
            try
            {
                machine = await _drivers.OpenHypervisorAsync(_address, patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                throw new HypervisorException(HypervisorFault.TimedOut, $"{_address}: the monitor does not answer.", e);
            }

            Take(machine);
        }

        return await machine.ReportAsync(limit, CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_machine is { } machine)
        {
            machine.Observer = null;
            if (!ReferenceEquals(machine, _first))
            {
                await machine.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private void Take(IHypervisor machine)
    {
        _machine = machine;
        machine.Observer = what =>
        {
            if (what is MonitorLost)
            {
                Interlocked.CompareExchange(ref _machine, null, machine);
            }

            _told?.Invoke(what);
        };
    }
}
