using Planner.Hypervisors;
using Xunit;

namespace Planner.Tests.Hypervisors;

/// <summary>Machines that are found by what QEMU was started with.</summary>
public sealed class QemuProcessesTests
{
    [Theory]
    [InlineData("/usr/bin/qemu-system-x86_64 -name vm1 -qmp unix:/run/vm1.qmp,server=on,wait=off", "vm1", "qmp:/run/vm1.qmp", false)]
    [InlineData("qemu-system-aarch64 -name guest=vm2,debug-threads=on -qmp unix:vm2.qmp,server=on -incoming defer", "vm2", "qmp:/cwd/vm2.qmp", true)]
    [InlineData("qemu-kvm --chardev socket,id=a,path=/run/hmp -chardev socket,id=b,path=/run/qmp,server=on -mon chardev=a,mode=readline -mon chardev=b,mode=control", "", "qmp:/run/qmp", false)]
    [InlineData("/lib/ld-linux-x86-64.so.2 --library-path /lib /opt/qemu-system-x86_64 -qmp unix:/run/q", "", "qmp:/run/q", false)]
    [InlineData("qemu-system-x86_64 -name guest=vm3 -object secret,id=k,file=/var/lib/libvirt/qemu/domain-1-vm3/master-key.aes -chardev socket,id=charmonitor,fd=30 -mon chardev=charmonitor,mode=control", "vm3", "libvirt:qemu:///system#vm3", false)]
    [InlineData("qemu-system-x86_64 -monitor stdio -qmp tcp:0:4444", "", null, false)]
    public void A_machine_is_found_with_its_name_and_its_monitor(string command, string name, string? address, bool isWaiting)
    {
        var found = QemuProcesses.Read(7, command.Split(' '), path => Path.Combine("/cwd", path));

        Assert.Equal(new FoundQemu(7, name, address, isWaiting), found);
    }

    [Theory]
    [InlineData("/usr/bin/qemu-img convert a b")]
    [InlineData("vim /usr/bin/qemu-system-x86_64")]
    [InlineData("grep qemu-system-x86_64")]
    public void What_is_no_machine_is_none(string command) => Assert.Null(QemuProcesses.Read(7, command.Split(' '), path => path));

    [Fact]
    public void This_host_can_be_looked_at() => Assert.All(QemuProcesses.Find().Found, machine => Assert.True(machine.Id > 0));
}
