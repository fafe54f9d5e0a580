using System.Text;
using System.Xml;
using Planner.Hypervisors;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Hypervisors;

/// <summary>What libvirt answers, in the words of the port.</summary>
public sealed class LibvirtAnswerTests
{
    private const string Domain =
        """
        <domain type='kvm' id='7'>
          <name>vm1</name><uuid>6f1a5b0e-1111-4222-8333-0123456789ab</uuid>
          <memory unit='KiB'>524288</memory><vcpu placement='static'>4</vcpu>
          <os><type arch='x86_64' machine='pc-q35-10.0'>hvm</type></os>
          <cpu mode='custom'><model>Skylake-Server</model></cpu>
          <devices><hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x3b' slot='0x00' function='0x2'/></source><alias name='hostdev0'/></hostdev></devices>
        </domain>
        """;

    [Fact]
    public void A_domain_is_read_from_its_description()
    {
        var offer = LibvirtDomainXml.Read(Domain, "libvirt 11.3.0 with QEMU 10.0.2", "libvirt/11.3/qemu/10.0");

        Assert.Equal(("vm1", "pc-q35-10.0", "Skylake-Server", 4, 512L << 20, "kvm"), (offer.Name, offer.MachineType, offer.CpuModel, offer.Vcpus, offer.RamBytes, offer.Accelerator));
        Assert.Equal("libvirt/11.3/qemu/10.0/kvm", offer.HypervisorClass);
        Assert.Equal("6f1a5b0e-1111-4222-8333-0123456789ab", LibvirtDomainXml.Uuid(Domain));
        var device = Assert.Single(offer.Devices);
        Assert.Equal(("hostdev0", "0000:3b:00.2"), (device.Name, device.HostAddress));
        Assert.False(offer.TellsArcs);
    }

    [Theory]
    [InlineData("<network/>")]
    [InlineData("")]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'b'>]><domain>&a;</domain>")]
    public void What_is_no_description_of_a_domain_is_refused(string xml) =>
        Assert.Throws<XmlException>(() => LibvirtDomainXml.Read(xml, "", ""));

    [Fact]
    public unsafe void The_numbers_of_a_job_are_those_of_QEMU_and_what_cannot_be_is_distrusted()
    {
        var parameters = stackalloc LibvirtParameter[5];
        Set(ref parameters[0], "memory_remaining", 4, 4096);
        Set(ref parameters[1], "memory_bps", 4, 50 << 20);
        Set(ref parameters[2], "memory_iteration", 4, 9);
        Set(ref parameters[3], "memory_total", 4, ulong.MaxValue);
        Set(ref parameters[4], "operation", 1, 5);

        var job = LibvirtJob.Read(2, parameters, 5);
        var reply = job.ToMigration(QmpMigrationStatus.Active);

        Assert.True(job.IsMigration);
        Assert.Equal((4096L, 9L, (long?)null), (reply.Memory!.RemainingBytes, reply.Memory.DirtySyncCount, reply.Memory.TotalBytes));
        Assert.Equal((50 << 20) * 8 / 1e6, reply.Memory.MegabitsPerSecond);
        Assert.Equal(["memory_total"], reply.Doubted);
    }

    [Theory]
    [InlineData(1, 1, nameof(LibvirtJobKind.None), GuestRunState.Running, HypervisorMigrationStatus.None)]
    [InlineData(1, 1, nameof(LibvirtJobKind.Migration), GuestRunState.Running, HypervisorMigrationStatus.Active)]
    [InlineData(3, 2, nameof(LibvirtJobKind.Migration), GuestRunState.Finishing, HypervisorMigrationStatus.Device)]
    [InlineData(3, 2, nameof(LibvirtJobKind.Incoming), GuestRunState.Incoming, HypervisorMigrationStatus.Setup)]
    [InlineData(3, 2, nameof(LibvirtJobKind.None), GuestRunState.Migrated, HypervisorMigrationStatus.None)]
    [InlineData(3, 1, nameof(LibvirtJobKind.None), GuestRunState.Paused, HypervisorMigrationStatus.None)]
    [InlineData(3, 12, nameof(LibvirtJobKind.Migration), GuestRunState.Paused, HypervisorMigrationStatus.PostCopy)]
    [InlineData(5, 0, nameof(LibvirtJobKind.None), GuestRunState.Over, HypervisorMigrationStatus.None)]
    [InlineData(99, 0, nameof(LibvirtJobKind.None), GuestRunState.Unknown, HypervisorMigrationStatus.None)]
    public void A_state_and_its_reason_say_where_the_guest_is(int state, int reason, string job, GuestRunState guest, HypervisorMigrationStatus migration)
    {
        var report = LibvirtWords.Report(state, reason, Enum.Parse<LibvirtJobKind>(job), null);

        Assert.Equal((guest, migration), (report.Guest, report.Migration));
    }

    [Theory]
    [InlineData(1, 1048576.0, 1ul)]
    [InlineData(2_097_152, 1048576.0, 2000ul)]
    [InlineData(52_428_800, 52428800.0, 1000ul)]
    [InlineData(long.MaxValue, 1.0, 2_000_000ul)]
    [InlineData(1000, 0.0, 1ul)]
    public void A_permission_in_bytes_becomes_a_max_downtime_that_allows_no_more(long bytes, double rate, ulong milliseconds)
    {
        Assert.Equal(milliseconds, LibvirtHold.Milliseconds(bytes, rate));
        Assert.True(milliseconds == LibvirtHold.HeldMilliseconds || milliseconds * rate / 1000 <= bytes);
    }

    [Theory]
    [InlineData("qemu:///system#vm1", "qemu:///system", "vm1")]
    [InlineData("qemu+unix:///system?socket=/run/x#a#b", "qemu+unix:///system?socket=/run/x", "a#b")]
    [InlineData("qemu+tls://host/system", "qemu+tls://host/system", null)]
    public void An_address_is_a_URI_and_a_domain(string text, string uri, string? domain)
    {
        Assert.True(LibvirtAddress.TryParse(text, out var address, out _));
        Assert.Equal((uri, domain, text), (address.Uri, address.Domain, address.ToString()));
    }

    [Theory]
    [InlineData("system#vm1")]
    [InlineData("xen:///system#vm1")]
    [InlineData("qemu:///system#")]
    [InlineData("qemu:///system#a/b")]
    [InlineData("qemu:///system#a b")]
    public void What_is_no_address_is_refused_with_an_example(string text)
    {
        Assert.False(LibvirtAddress.TryParse(text, out _, out var problem));
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_destination_without_a_domain_takes_the_sources()
    {
        IHypervisorDriver driver = new LibvirtDriver();

        Assert.Equal("qemu+tls://b/system#vm1", driver.DestinationOf("qemu:///system#vm1", "qemu+tls://b/system"));
        Assert.Equal("qemu+tls://b/system#vm2", driver.DestinationOf("qemu:///system#vm1", "qemu+tls://b/system#vm2"));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("maxDowntimeMilliseconds=300", 300ul)]
    public void Settings_are_read_as_they_were_written(string text, ulong? milliseconds)
    {
        Assert.Equal(milliseconds, LibvirtSettings.Parse(text)!.MaxDowntimeMilliseconds);
        Assert.Equal(text, LibvirtSettings.Parse(text)!.ToText());
        Assert.Null(LibvirtSettings.Parse("maxDowntimeMilliseconds=-1"));
    }

    private static unsafe void Set(ref LibvirtParameter parameter, string name, int type, ulong value)
    {
        parameter = new LibvirtParameter { Type = type, Value = value };
        fixed (byte* field = parameter.Field)
        {
            Encoding.ASCII.GetBytes(name, new Span<byte>(field, 79));
        }
    }
}
