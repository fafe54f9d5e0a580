using System.Diagnostics.CodeAnalysis;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Machines whose QEMU libvirt holds: <c>libvirt:URI#DOMAIN</c>, with the URI of its daemon as virsh takes it.</summary>
/// <param name="clock">Stamps events and keeps time limits; null for the system's.</param>
public sealed class LibvirtDriver(TimeProvider? clock = null) : IHypervisorDriver
{
    private const string SchemeName = "libvirt";

    /// <inheritdoc/>
    public string Scheme => SchemeName;

    /// <inheritdoc/>
    public string Form => "URI#DOMAIN";

    /// <inheritdoc/>
    public string? FormMeaning => "a domain of libvirt, such as qemu:///system#vm1";

    /// <inheritdoc/>
    public string ChannelForm => "URI";

    /// <inheritdoc/>
    public bool IsManaged => true;

    /// <summary>The address of a domain.</summary>
    public static string AddressOf(string name) => $"{SchemeName}:{name}";

    /// <inheritdoc/>
    public bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem)
    {
        name = LibvirtAddress.TryParse(text, out var address, out problem) ? address.ToString() : null;
        return name is not null;
    }

    /// <inheritdoc/>
    public TargetIdentity? Identify(string name) => new TargetIdentity(SchemeName, name);

    /// <inheritdoc/>
    /// <remarks>The destination's daemon, as the source's daemon reaches it.</remarks>
    public string ChannelTo(string name) => Read(name).Uri;

    /// <inheritdoc/>
    public string? FindChannelProblem(string channel) => LibvirtAddress.FindUriProblem(channel);

    /// <inheritdoc/>
    /// <remarks>A daemon without a domain takes the source's.</remarks>
    public string DestinationOf(string source, string destination) =>
        Read(destination) is { Domain: null } host ? (host with { Domain = Read(source).Domain }).ToString() : destination;

    /// <inheritdoc/>
    public Task<IHypervisor> OpenAsync(string name, CancellationToken cancellationToken) => OpenAsync(name, MigrationTransport.AsFound, cancellationToken);

    /// <inheritdoc/>
    public async Task<IHypervisor> OpenAsync(string name, MigrationTransport transport, CancellationToken cancellationToken) =>
        await LibvirtMachine.OpenAsync(Read(name), isReadOnly: false, LibvirtTransport.Checked(transport, AddressOf(name)), clock ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IHypervisor> OpenToLookAsync(string name, CancellationToken cancellationToken) =>
        await LibvirtMachine.OpenAsync(Read(name), isReadOnly: true, MigrationTransport.AsFound, clock ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);

    private static LibvirtAddress Read(string name) => LibvirtAddress.TryParse(name, out var address, out var problem)
        ? address
        : throw new HypervisorException(HypervisorFault.NotFound, problem);
}
