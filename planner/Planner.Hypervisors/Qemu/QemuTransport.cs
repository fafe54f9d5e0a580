using System.Globalization;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>What carries a machine's memory between two QEMUs: one connection or several (multifd), in the clear or under TLS.</summary>
/// <remarks>Source: QEMU's documents on multifd and on TLS for migration. Both sides need the same number of channels, and credentials of their own end.</remarks>
internal sealed class QemuTransport(QmpConnection connection, string address, TimeSpan limit)
{
    private const string ObjectFolder = "/objects";
    private const string NoCompression = "none";

    /// <summary>The parameters that carry it so.</summary>
    public static QmpMigrationParameters Parameters(MigrationTransport transport) => new() { MultifdChannels = transport.Channels, TlsCredentials = transport.TlsCredentials };

    /// <summary>What machines whose memory is carried alike have in their class beside the hypervisor, such as <c>/tls/multifd-4-zstd</c>; empty for one connection in the clear.</summary>
    public static string ClassOf(IReadOnlyList<QmpMigrationCapability> capabilities, QmpMigrationParameters parameters)
    {
        var tls = string.IsNullOrEmpty(parameters.TlsCredentials) ? "" : "/tls";
        var compression = parameters.MultifdCompression is { } method and not NoCompression ? $"-{QemuDevices.Clean(method)}" : "";
        return capabilities.Any(c => c is { Name: QmpMigrationCapability.Multifd, On: true })
            ? string.Create(CultureInfo.InvariantCulture, $"{tls}/multifd-{parameters.MultifdChannels ?? 2}{compression}")
            : tls;
    }

    /// <summary>How capabilities and parameters will be once it is carried so.</summary>
    /// <exception cref="HypervisorException">This QEMU has no multifd, or no such credentials.</exception>
    public async Task<(IReadOnlyList<QmpMigrationCapability> Capabilities, QmpMigrationParameters Parameters)> ApplyAsync(
        MigrationTransport transport, IReadOnlyList<QmpMigrationCapability> capabilities, QmpMigrationParameters parameters, CancellationToken cancellation)
    {
        if (transport.Channels is not null && capabilities.All(c => c.Name != QmpMigrationCapability.Multifd))
        {
            throw QemuFailures.Make(HypervisorFault.NotSupported, address, "this QEMU has no multifd; leave out --channels");
        }

        if (transport.TlsCredentials is { } name)
        {
            var objects = await connection.ExecuteAsync(QmpCommands.QomList, new QmpQomPath { Path = ObjectFolder }, limit, cancellation).ConfigureAwait(false);
            if (objects.FirstOrDefault(o => o.Name == name) is not { Type: { } type } || !type.StartsWith("child<tls-creds-", StringComparison.Ordinal))
            {
                throw QemuFailures.Make(
                    HypervisorFault.NotSupported, address,
                    $"it has no TLS credentials named '{name}'; start it with -object tls-creds-x509,id={name},dir=FOLDER,endpoint=client on the source and endpoint=server on the destination, or add them with 'object-add'");
            }
        }

        return (
            [.. capabilities.Select(c => c.Name == QmpMigrationCapability.Multifd && transport.Channels is not null ? c with { On = true } : c)],
            parameters with { MultifdChannels = transport.Channels ?? parameters.MultifdChannels, TlsCredentials = transport.TlsCredentials ?? parameters.TlsCredentials });
    }

    /// <summary>Where a QEMU says for which end its credentials are.</summary>
    public static QmpQomProperty End(string credentials) => new() { Path = $"{ObjectFolder}/{credentials}", Property = "endpoint" };

    /// <summary>Looks whether the credentials of a side are for its end of the connection: QEMU finds out when it is too late to say so well.</summary>
    /// <param name="end">What <see cref="End"/> says.</param>
    /// <param name="transport">The credentials.</param>
    /// <param name="side">The side.</param>
    /// <param name="address">The monitor's address, for messages.</param>
    /// <exception cref="HypervisorException">They are for the other end.</exception>
    public static void CheckEnd(string end, MigrationTransport transport, MigrationSide side, string address)
    {
        var wanted = side == MigrationSide.Source ? "client" : "server";
        if (end != wanted)
        {
            throw QemuFailures.Make(
                HypervisorFault.Refused, address,
                $"its TLS credentials '{transport.TlsCredentials}' are made with endpoint={QemuDevices.Clean(end)}, and the {(side == MigrationSide.Source ? "source" : "destination")} needs endpoint={wanted}");
        }
    }
}
