using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>The connection to one hypervisor's monitor, opened anew when it was lost.</summary>
internal sealed class HypervisorLink : IAsyncDisposable
{
    private readonly string _address;
    private readonly SessionServices _services;
    private readonly IHypervisor? _first;
    private volatile IHypervisor? _machine;
    private volatile Action<HypervisorEvent>? _told;

    /// <param name="address">Its address.</param>
    /// <param name="machine">The open monitor; null to open it when it is needed.</param>
    /// <param name="settings">What the settings were before.</param>
    /// <param name="services">Opens it anew.</param>
    public HypervisorLink(string address, IHypervisor? machine, string settings, SessionServices services)
    {
        (_address, _first, Settings, _services) = (address, machine, settings, services);
        if (machine is not null)
        {
            Process = machine.Offer.Process;
            Take(machine);
        }
    }

    /// <summary>What the settings were before.</summary>
    public string Settings { get; }

    /// <summary>Where the source sends the memory to, or where the destination listens for it.</summary>
    public string Channel { get; init; } = "";

    /// <summary>Whether a destination that listens already is taken as it is.</summary>
    public bool MayListenAlready { get; init; }

    /// <summary>The process that has the guest, as in <see cref="HypervisorOffer.Process"/>; null if it is not known.</summary>
    public string? Process { get; init; }

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
            if (_services.Drivers is not { } drivers)
            {
                throw new HypervisorException(HypervisorFault.Lost, $"{_address}: the connection to the monitor is lost.");
            }

            using var patience = new CancellationTokenSource(limit, _services.Clock);
            try
            {
                machine = await drivers.OpenHypervisorAsync(_address, patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                throw new HypervisorException(HypervisorFault.TimedOut, $"{_address}: the monitor does not answer.", e);
            }

            if (Process is { } process && machine.Offer.Process is { } other && other != process)
            {
                // A guest that runs there is another one, or one that was started anew.
                await machine.DisposeAsync().ConfigureAwait(false);
                throw new HypervisorException(HypervisorFault.NotFound, $"{_address}: another process answers there than the one that had the guest.");
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
