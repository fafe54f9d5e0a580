using System.Globalization;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>What carries a machine's memory between two QEMUs that libvirt holds: libvirt sets both of them up.</summary>
internal static class LibvirtTransport
{
    // libvirt has one set of credentials for migrations, and no name for it.
    private const string OwnCredentials = "libvirt";

    /// <summary>What machines whose memory is carried alike have in their class beside the hypervisor, such as <c>/tls/parallel-4</c>; empty for one connection in the clear.</summary>
    public static string ClassOf(MigrationTransport transport) =>
        $"{(transport.TlsCredentials is null ? "" : "/tls")}{(transport.Channels is { } channels ? string.Create(CultureInfo.InvariantCulture, $"/parallel-{channels}") : "")}";

    /// <summary>The same, if libvirt can carry it so.</summary>
    /// <exception cref="HypervisorException">Credentials are named that libvirt does not know.</exception>
    public static MigrationTransport Checked(MigrationTransport transport, string address) => transport.TlsCredentials is null or OwnCredentials
        ? transport
        : throw LibvirtFailures.Make(
            HypervisorFault.NotSupported, address,
            $"libvirt keeps the credentials of migrations itself (migrate_tls_x509_cert_dir in its qemu.conf) and knows no '{transport.TlsCredentials}'; write --tls-creds {OwnCredentials}");
}
