using System.Diagnostics.CodeAnalysis;
using Planner.Devices;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Machines that QEMU runs: <c>qmp:PATH</c>, the socket of its <c>-qmp unix:PATH,server=on</c>.</summary>
/// <param name="clock">Stamps events and keeps time limits; null for the system's.</param>
public sealed class QemuDriver(TimeProvider? clock = null) : IHypervisorDriver
{
    private const string SchemeName = "qmp";

    /// <inheritdoc/>
    public string Scheme => SchemeName;

    /// <inheritdoc/>
    public string Form => "PATH";

    /// <inheritdoc/>
    public string? FormMeaning => "the socket of QEMU's -qmp unix:PATH,server=on";

    /// <inheritdoc/>
    public string ChannelForm => ChannelAddress.Form;

    /// <summary>The address of the machine behind a monitor's socket.</summary>
    public static string AddressOf(string path) => $"{SchemeName}:{path}";

    /// <inheritdoc/>
    public bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem) =>
        SocketPaths.TryParse(text, AddressOf(text), out name, out problem);

    /// <inheritdoc/>
    public TargetIdentity? Identify(string name) => new TargetIdentity(SchemeName, RealPath.Of(name));

    /// <inheritdoc/>
    /// <remarks>A socket beside the destination's monitor, where its process may make one.</remarks>
    public string ChannelTo(string name) => ChannelAddress.Beside(name);

    /// <inheritdoc/>
    public string? ChannelBy(string path) => ChannelAddress.OfSocket(path);

    /// <inheritdoc/>
    public string? SocketOf(string name) => name;

    /// <inheritdoc/>
    public string? FindChannelProblem(string channel) => ChannelAddress.TryParse(channel, out _, out var problem) ? null : problem;

    /// <inheritdoc/>
    public Task<IHypervisor> OpenAsync(string name, CancellationToken cancellationToken) => OpenAsync(name, MigrationTransport.AsFound, cancellationToken);

    /// <inheritdoc/>
    public async Task<IHypervisor> OpenAsync(string name, MigrationTransport transport, CancellationToken cancellationToken) =>
        await QemuMachine.OpenAsync(name, transport, clock ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);
}
