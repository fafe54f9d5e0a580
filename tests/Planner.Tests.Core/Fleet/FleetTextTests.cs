using Planner.Documents;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Fleet;

public sealed class FleetTextTests
{
    // Line 4 is the first of what the tests write.
    private const string Two = "  hosts: [ { name: h1, memory: 64GiB }, { name: h2, memory: 64GiB } ]\n";

    [Fact]
    public void The_fleet_of_the_contract_is_read_in_full()
    {
        var fleet = SmallFleets.Read("""
              links: [ { name: rack1, capacity: 10Gbit/s } ]
              hosts:
                - { name: h1, memory: 512GiB, links: [rack1], maxOutgoing: 2, maxIncoming: 2, devices: { mlx5-vf: 16 }, labels: { zone: a } }
                - { name: h2, memory: 512GiB, vcpus: 64, hugePages: 128GiB, devices: { mlx5-vf: 16 } }
                - { name: h3, memory: 512GiB }
              machines:
                - { name: vm1, host: h1, memory: 64GiB, sla: gold, dirty: { workingSet: 2GiB, timeConstant: 8s }, devices: [ { profile: fast-nic, needs: mlx5-vf } ], antiAffinity: db }
                - { name: vm2, host: h1, memory: 4GiB, vcpus: 2, hugePages: 4GiB, to: h2 }
              evidence: [ { memory: 2GiB, bytesPerSecond: 125000000, seconds: 17.5 }, { memory: 4294967296, bytesPerSecond: 1Gbit/s, seconds: 34s } ]
              task: { drain: [h1], finishWithin: 4h, confidence: 0.95, keepSpareHosts: 1, makeRoom: true }
            """);

        Assert.Equal(new FleetLink("rack1", 1.25e9), Assert.Single(fleet.Links));
        Assert.Equal((2, 2, 16, "a"), (fleet.Hosts[0].MaxOutgoing, fleet.Hosts[0].MaxIncoming, fleet.Hosts[0].Devices["mlx5-vf"], fleet.Hosts[0].Labels["zone"]));
        Assert.Equal((64, 128.0 * (1L << 30)), (fleet.Hosts[1].VCpus, fleet.Hosts[1].HugePages));
        Assert.Equal(("gold", new DirtyMemory(2L << 30, 8), new FleetDevice("fast-nic", "mlx5-vf"), "db"), (fleet.Machines[0].Sla, fleet.Machines[0].Dirty, fleet.Machines[0].Devices[0], fleet.Machines[0].AntiAffinity));
        Assert.Equal((2, 4.0 * (1L << 30), "h2"), (fleet.Machines[1].VCpus, fleet.Machines[1].HugePages, fleet.Machines[1].To));
        Assert.Equal([new PastMove(2L << 30, 125e6, 17.5), new PastMove(4L << 30, 125e6, 34)], fleet.Evidence);
        Assert.Equal((FleetTaskKind.Drain, TimeSpan.FromHours(4), 0.95, 1, true), (fleet.Task.Kind, fleet.Task.FinishWithin, fleet.Task.Confidence, fleet.Task.KeepSpareHosts, fleet.Task.MakeRoom));
        Assert.Equal(["h1"], fleet.Task.Drain);
    }

    [Theory]
    [InlineData("upgrade: all, reboot: 12m", FleetTaskKind.Upgrade)]
    [InlineData("assess: all", FleetTaskKind.Assess)]
    public void Other_tasks_are_read(string task, FleetTaskKind kind) => Assert.Equal(kind, SmallFleets.Read($"{Two}  task: {{ {task} }}\n").Task.Kind);

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_example_is_read(string file)
    {
        var path = Path.Combine(Repository.Root, "docs", "examples", file);
        Assert.NotEmpty(FleetText.Read(File.ReadAllText(path), path, SmallFleets.Names).Machines);
    }

    public static TheoryData<string> Examples() => [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs", "examples"), "*-fleet.yaml").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 4GiB, affinity: b } ]\n  task: { drain: [h1] }\n", "5:50: unknown key 'affinity'")]
    [InlineData(Two + "  machines: [ { name: a, host: h9, memory: 4GiB } ]\n  task: { drain: [h1] }\n", "5:32: there is no host 'h9'")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 4GiB, to: h9 } ]\n  task: { drain: [h1] }\n", "5:54: there is no host 'h9'")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 4GiB, to: h1 } ]\n  task: { drain: [h1] }\n", "5:54: the machine is on 'h1' already")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 4GiB, sla: tin } ]\n  task: { drain: [h1] }\n", "5:55: there is no SLA class 'tin'; known are gold, silver, bronze")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: -4GiB } ]\n  task: { drain: [h1] }\n", "5:44: 'memory' is '-4GiB'; a size")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 4 } ]\n  task: { drain: [h1] }\n", "5:44: 'memory' is '4'; a size")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 0B } ]\n  task: { drain: [h1] }\n", "5:44: 'memory' is above 0")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 4GiB }, { name: a, host: h2, memory: 4GiB } ]\n  task: { drain: [h1] }\n", "5:60: the machine 'a' is in this fleet twice")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 65GiB } ]\n  task: { drain: [h1] }\n", "4:32: the machines on 'h1' have 65.0 GiB together, and it has 64.0 GiB")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 4GiB, devices: [ { needs: vf } ] } ]\n  task: { drain: [h1] }\n", "the machines on 'h1' have 1 devices of kind 'vf', and it has 0 slots of it")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 4GiB, devices: [ { profile: no-nic } ] } ]\n  task: { drain: [h1] }\n", "there is no device profile 'no-nic'")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 4GiB, dirty: { workingSet: 1GiB, timeConstant: 0s } } ]\n  task: { drain: [h1] }\n", "'timeConstant' is '0s'")]
    [InlineData("  hosts: [ { name: h1, memory: 64GiB, maxOutgoing: -1 } ]\n  task: { drain: [h1] }\n", "4:52: 'maxOutgoing' is '-1'; a whole number")]
    [InlineData("  hosts: [ { name: h1, memory: 64GiB, links: [r9] } ]\n  task: { drain: [h1] }\n", "4:47: 'r9' is not the name of a link of this fleet")]
    [InlineData("  links: [ { name: r1, capacity: 0Gbit/s } ]\n" + Two + "  task: { drain: [h1] }\n", "4:34: 'capacity' is '0Gbit/s'; a rate above 0")]
    [InlineData("  links: [ { name: r1, capacity: 0.5B/s } ]\n" + Two + "  task: { drain: [h1] }\n", "4:34: 'capacity' is at least 1 B/s")]
    [InlineData("  hosts: []\n  task: { drain: [h1] }\n", "4:10: the fleet has no hosts")]
    [InlineData(Two + "  task: { drain: [h9] }\n", "5:19: 'h9' is not the name of a host")]
    [InlineData(Two + "  task: { drain: [] }\n", "5:18: 'drain' names no host")]
    [InlineData(Two + "  task: { drain: [h1, h1] }\n", "a host stands in 'drain' twice")]
    [InlineData(Two + "  task: { drain: [h1], upgrade: all }\n", "a task is one of drain: [HOST, …], moveGiven: true, upgrade: all and assess: all; more than one are here")]
    [InlineData(Two + "  task: { finishWithin: 4h }\n", "none is here")]
    [InlineData(Two + "  task: { upgrade: some }\n", "'upgrade' is 'some'; one of all is expected")]
    [InlineData(Two + "  task: { moveGiven: true }\n", "no machine says where it is to go")]
    [InlineData(Two + "  task: { drain: [h1], keepSpareHosts: 1 }\n", "1 spare hosts leave none of the 1 that stay")]
    [InlineData(Two + "  task: { drain: [h1], reboot: 5m }\n", "the key 'reboot' does not go with the others here")]
    [InlineData(Two + "  task: { drain: [h1], finishWithin: 0s }\n", "'finishWithin' is '0s'; a duration above 0")]
    [InlineData(Two + "  task: { drain: [h1], confidence: 1 }\n", "'confidence' is '1'; a number from 0.5 to 0.9998")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 4GiB, to: h2 } ]\n  task: { drain: [h1, h2] }\n", "the machine 'a' is to go to 'h2', which is to be empty")]
    [InlineData(Two + "  evidence: [ { memory: 2GiB, bytesPerSecond: 0, seconds: 3 } ]\n  task: { drain: [h1] }\n", "'bytesPerSecond' is '0'; a plain number above 1")]
    [InlineData(Two + "  machines: [ { name: a, host: h1, memory: 4GiB, hugePages: 4 }, { name: b, host: h1, memory: 4GiB, hugePages: 4GiB } ]\n  task: { drain: [h1] }\n", "the same in the whole fleet")]
    public void What_cannot_be_is_refused_with_line_and_column(string spec, string expected)
    {
        var problem = Assert.Throws<DocumentException>(() => SmallFleets.Read(spec));

        Assert.True(problem is { Line: > 0, Column: > 0 }, problem.Message);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }
}
