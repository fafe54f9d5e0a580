using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Planner.Measurements;

/// <summary>The drivers of a program by their schemes. An address is <c>SCHEME:</c> and what the scheme's driver makes of the rest.</summary>
public sealed class Drivers
{
    private readonly ImmutableArray<IDriver> _drivers;

    /// <summary>Registers drivers.</summary>
    /// <param name="drivers">The drivers, in the order in which help lists them.</param>
    /// <exception cref="ArgumentException">Two have the same scheme.</exception>
    public Drivers(params IEnumerable<IDriver> drivers)
    {
        _drivers = [.. drivers];
        if (_drivers.GroupBy(d => d.Scheme, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Two drivers have the scheme '{twice.Key}'.", nameof(drivers));
        }
    }

    /// <summary>The ways to write a device's address, for help and messages.</summary>
    public string DeviceForms => List(_drivers.OfType<IDeviceDriver>().Select(Form));

    /// <summary>The ways to write a hypervisor's address, for help and messages.</summary>
    public string HypervisorForms => List(_drivers.OfType<IHypervisorDriver>().Select(Form));

    /// <summary>The ways to write a channel for a machine's memory, for help.</summary>
    public string ChannelForms => string.Join('|', _drivers.OfType<IHypervisorDriver>().Select(d => d.ChannelForm).Distinct());

    /// <summary>Whether an address, right or wrong, is that of a hypervisor.</summary>
    public bool IsHypervisor(string address) => DriverOf(address) is IHypervisorDriver;

    /// <summary>What an address stands for now; the same for all addresses of one thing, and null for a part of this process.</summary>
    /// <remarks>Whatever no driver knows, such as an address in the journal of another build, stands for itself.</remarks>
    public TargetIdentity? Identify(string address) =>
        DriverOf(address) is { } driver && TryParse(driver, address, out var name, out _) ? driver.Identify(name) : new TargetIdentity("", address);

    /// <summary>Reads the address of a device. Nothing is opened.</summary>
    /// <exception cref="DeviceException">It is none; the message is one sentence with the forms that there are.</exception>
    public Target FindDevice(string address) => TargetOf(Device(address));

    /// <summary>Opens and probes a device. Blocks.</summary>
    /// <exception cref="DeviceException">The text is no address, there is no device, it may not be opened, or it cannot be migrated.</exception>
    public IMigrationDevice OpenDevice(string address)
    {
        var (driver, name) = Device(address);
        return driver.Open(name);
    }

    /// <summary>Opens a device whose connection broke, or whose session ended with its process. Blocks.</summary>
    /// <exception cref="DeviceException">As with <see cref="OpenDevice"/>; or it was a part of its process: opened again it would be another one that knows nothing.</exception>
    public IMigrationDevice ReopenDevice(string address) => Identify(address) is null
        ? throw new DeviceException(DeviceFault.NotFound, $"{address}: the simulated device ended with the process that was killed.")
        : OpenDevice(address);

    /// <summary>Reads the address of a hypervisor. Nothing is opened.</summary>
    /// <exception cref="HypervisorException">It is none; the message is one sentence with the forms that there are.</exception>
    public Target FindHypervisor(string address) => TargetOf(Hypervisor(address));

    /// <summary>Opens a hypervisor's monitor.</summary>
    /// <exception cref="HypervisorException">The text is no address, there is no monitor that answers, or its machine cannot be held in pre-copy.</exception>
    public Task<IHypervisor> OpenHypervisorAsync(string address, CancellationToken cancellationToken) => OpenHypervisorAsync(address, MigrationTransport.AsFound, cancellationToken);

    /// <summary>Opens one side of a migration whose memory is carried in a certain way.</summary>
    /// <exception cref="HypervisorException">The text is no address, there is no monitor that answers, its machine cannot be held in pre-copy, or it cannot carry the memory so.</exception>
    public Task<IHypervisor> OpenHypervisorAsync(string address, MigrationTransport transport, CancellationToken cancellationToken)
    {
        var (driver, name) = Hypervisor(address);
        return driver.OpenAsync(name, transport, cancellationToken);
    }

    /// <summary>Opens a hypervisor that is only looked at.</summary>
    /// <exception cref="HypervisorException">As with <see cref="OpenHypervisorAsync(string, CancellationToken)"/>.</exception>
    public Task<IHypervisor> OpenHypervisorToLookAsync(string address, CancellationToken cancellationToken)
    {
        var (driver, name) = Hypervisor(address);
        return driver.OpenToLookAsync(name, cancellationToken);
    }

    /// <summary>Whether a manager carries out both ends of a migration, as <see cref="IHypervisorDriver.IsManaged"/> says.</summary>
    public bool IsManaged(string address) => DriverOf(address) is IHypervisorDriver { IsManaged: true };

    /// <summary>Reads the address of a destination, which may say only where the machine goes. Nothing is opened.</summary>
    /// <exception cref="HypervisorException">One of them is no address, or they are of two kinds.</exception>
    public Target FindDestination(string source, string destination)
    {
        var ((driver, from), (other, to)) = (Hypervisor(source), Hypervisor(destination));
        return driver == other
            ? TargetOf((driver, driver.DestinationOf(from, to)))
            : throw new HypervisorException(HypervisorFault.NotFound, $"{source} and {destination} are reached in two ways: write both as {Form(driver)}, or both as {Form(other)}.");
    }

    /// <summary>The channel to a destination if nobody names one.</summary>
    /// <param name="destination">The destination's address.</param>
    /// <exception cref="HypervisorException">It is none.</exception>
    public string ChannelTo(string destination)
    {
        var (driver, name) = Hypervisor(destination);
        return driver.ChannelTo(name);
    }

    /// <summary>The channel to a destination by way of a Unix socket; null where there is no such channel.</summary>
    /// <param name="destination">The destination's address.</param>
    /// <param name="path">The socket's path.</param>
    /// <exception cref="HypervisorException">It is none.</exception>
    public string? ChannelBy(string destination, string path) => Hypervisor(destination).Driver.ChannelBy(path);

    /// <summary>The Unix socket that speaks for all of a target, as <see cref="IDriver.SocketOf"/> says; null where there is none, or for what no driver knows.</summary>
    public string? SocketOf(string address) => DriverOf(address) is { } driver && TryParse(driver, address, out var name, out _) ? driver.SocketOf(name) : null;

    /// <summary>The address of the same target by way of another socket.</summary>
    /// <param name="address">An address that has a socket.</param>
    /// <param name="path">The other socket's path.</param>
    public string ThroughSocket(string address, string path) => $"{DriverOf(address)!.Scheme}:{path}";

    /// <summary>What is wrong with a channel to a destination, in one sentence; null if nothing is.</summary>
    /// <exception cref="HypervisorException">The destination's address is none.</exception>
    public string? FindChannelProblem(string destination, string channel) => Hypervisor(destination).Driver.FindChannelProblem(channel);

    private (IDeviceDriver Driver, string Name) Device(string address) => Parse<IDeviceDriver>(
        address, "a device address", problem => new DeviceException(DeviceFault.NotFound, problem));

    private (IHypervisorDriver Driver, string Name) Hypervisor(string address) => Parse<IHypervisorDriver>(
        address, "the address of a hypervisor", problem => new HypervisorException(HypervisorFault.NotFound, problem));

    private (TDriver Driver, string Name) Parse<TDriver>(string address, string kind, Func<string, Exception> refuse)
        where TDriver : class, IDriver => DriverOf(address) is not TDriver driver
            ? throw refuse($"'{address}' is not {kind}: write {List(_drivers.OfType<TDriver>().Select(FormWithMeaning))}.")
            : TryParse(driver, address, out var name, out var problem) ? (driver, name) : throw refuse(problem);

    private static bool TryParse(IDriver driver, string address, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem)
    {
        var text = address[(driver.Scheme.Length + 1)..];
        name = null;
        problem = text.Trim().Length == 0 ? $"'{address}' names nothing after its colon: write {FormWithMeaning(driver)}."
            : text.Contains('\0', StringComparison.Ordinal) ? "An address cannot contain a NUL character: correct it."
            : null;
        return problem is null && driver.TryParse(text, out name, out problem);
    }

    private IDriver? DriverOf(string address) => _drivers.FirstOrDefault(d => address.StartsWith($"{d.Scheme}:", StringComparison.Ordinal));

    private static Target TargetOf<TDriver>((TDriver Driver, string Name) found)
        where TDriver : IDriver => new($"{found.Driver.Scheme}:{found.Name}", found.Driver.Identify(found.Name));

    private static string Form(IDriver driver) => $"{driver.Scheme}:{driver.Form}";

    private static string FormWithMeaning(IDriver driver) => driver.FormMeaning is { } meaning ? $"{Form(driver)} ({meaning})" : Form(driver);

    private static string List(IEnumerable<string> forms) => forms.ToList() switch
    {
        [.. { Count: > 0 } others, var last] => $"{string.Join(", ", others)} or {last}",
        var few => string.Concat(few),
    };
}
