using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>What takes more than one call of libvirt's library. Each blocks, and throws <see cref="LibvirtException"/> where a call fails.</summary>
internal static class LibvirtCalls
{
    // Source: virDomainMigrateFlags in libvirt's reference.
    private const int Live = 1;
    private const int PeerToPeer = 2;
    private const int PersistDestination = 8;
    private const int UndefineSource = 16;
    private const int Tls = 1 << 16;
    private const int Parallel = 1 << 17;

    /// <summary>Reads what a daemon and a domain of it are; the domain is null if there is none of that name.</summary>
    public static (HypervisorOffer Offer, Version Daemon, LibvirtDomainHandle? Domain) Probe(LibvirtConnectHandle connection, string name)
    {
        LibvirtConnection.Check(LibvirtNative.virConnectGetLibVersion(connection, out var daemonNumber));
        LibvirtConnection.Check(LibvirtNative.virConnectGetVersion(connection, out var qemuNumber));
        var (daemon, qemu) = (LibvirtLibrary.VersionOf(daemonNumber.Value), LibvirtLibrary.VersionOf(qemuNumber.Value));
        var host = LibvirtDomainXml.HostUuid(LibvirtConnection.Text(LibvirtNative.virConnectGetCapabilities(connection)));
        var version = $"libvirt {daemon} with QEMU {qemu}";
        var hypervisorClass = $"libvirt/{daemon.Major}.{daemon.Minor}/qemu/{qemu.Major}.{qemu.Minor}";
        var domain = Find(connection, name);
        if (domain is null)
        {
            return (new HypervisorOffer { Version = version, HypervisorClass = hypervisorClass, Host = host, IsEmpty = true, MachineType = "", CpuModel = "", Accelerator = "", RamBytes = 0 }, daemon, null);
        }

        var xml = LibvirtConnection.Text(LibvirtNative.virDomainGetXMLDesc(domain, 0));
        var offer = LibvirtDomainXml.Read(xml, version, hypervisorClass) with
        {
            Host = host,
            Process = $"{host}/{LibvirtDomainXml.Uuid(xml)}/{LibvirtNative.virDomainGetID(domain)}",
            Capabilities = ["events", "return-path", "pause-before-switchover", "switchover-ack"],
            MeasuresDirty = false,
            TypicalStop = LibvirtHandover.Stop,
            TypicalStart = LibvirtHandover.Start,
        };
        return (offer, daemon, domain);
    }

    private static LibvirtDomainHandle? Find(LibvirtConnectHandle connection, string name)
    {
        try
        {
            return LibvirtConnection.Check(LibvirtNative.virDomainLookupByName(connection, name));
        }
        catch (LibvirtException e) when (e.Code == LibvirtError.NoDomain)
        {
            return null;
        }
    }

    /// <summary>Reads the max downtime, in milliseconds.</summary>
    public static ulong ReadMaxDowntime(LibvirtDomainHandle domain)
    {
        LibvirtConnection.Check(LibvirtNative.virDomainMigrateGetMaxDowntime(domain, out var milliseconds, 0));
        return milliseconds;
    }

    /// <summary>Migrates peer to peer; comes back when it is over.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="uri">The destination's daemon, as the source's reaches it.</param>
    /// <param name="hasByteThreshold">Whether max downtime is to be a number of bytes.</param>
    /// <param name="transport">How the memory is carried.</param>
    /// <returns>Below 0 if it failed.</returns>
    public static unsafe int Migrate(LibvirtDomainHandle domain, string uri, bool hasByteThreshold, MigrationTransport transport)
    {
        LibvirtParameter* parameters = null;
        int count = 0, room = 0;
        try
        {
            if (hasByteThreshold)
            {
                LibvirtConnection.Check(LibvirtNative.virTypedParamsAddULLong(ref parameters, ref count, ref room, "bandwidth.avail.switchover", LibvirtHold.SwitchoverMiBPerSecond));
            }

            if (transport.Channels is { } channels)
            {
                LibvirtConnection.Check(LibvirtNative.virTypedParamsAddInt(ref parameters, ref count, ref room, "parallel.connections", channels));
            }

            // A domain that is defined moves with its definition.
            var flags = Live | PeerToPeer | (transport.TlsCredentials is null ? 0 : Tls) | (transport.Channels is null ? 0 : Parallel)
                | (LibvirtConnection.Check(LibvirtNative.virDomainIsPersistent(domain)) == 1 ? PersistDestination | UndefineSource : 0);
            return LibvirtNative.virDomainMigrateToURI3(domain, uri, parameters, (uint)count, (uint)flags);
        }
        finally
        {
            LibvirtNative.virTypedParamsFree(parameters, count);
        }
    }

    /// <summary>Reads the numbers of a domain's job.</summary>
    public static unsafe LibvirtJob ReadJob(LibvirtDomainHandle domain, uint flags)
    {
        LibvirtConnection.Check(LibvirtNative.virDomainGetJobStats(domain, out var type, out var parameters, out var count, flags));
        try
        {
            return LibvirtJob.Read(type, parameters, count);
        }
        finally
        {
            LibvirtNative.virTypedParamsFree(parameters, count);
        }
    }
}
