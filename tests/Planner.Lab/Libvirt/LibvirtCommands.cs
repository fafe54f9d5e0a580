using System.CommandLine;
using System.Globalization;

namespace Planner.Lab;

/// <summary>The command line of the libvirt lab: <c>tests/libvirt-lab</c>.</summary>
internal static class LibvirtCommands
{
    /// <summary>The commands.</summary>
    public static System.CommandLine.Command Create(TextWriter output, TextWriter error)
    {
        var load = new Option<string>("--load") { Description = "What the guest writes: ws_MB, steady_R, random_R, zipf_R_A, burst_R_ONms_OFFms[_LOW], joined by commas; rates in MiB/s.", DefaultValueFactory = _ => "ws_128,steady_10" };
        var link = new Option<double>("--link") { Description = "Rate of the link in MiB/s.", DefaultValueFactory = _ => 50 };
        var memory = new Option<int>("--memory") { Description = "The guest's memory in MiB.", DefaultValueFactory = _ => 512 };
        var up = new System.CommandLine.Command("up", "Start two hosts with a libvirt daemon each and a guest on one, print their addresses, and keep them until Ctrl-C.") { load, link, memory };
        up.SetAction((parsed, cancel) => LabCommandLine.GuardedAsync(error, () => KeepAsync(parsed.GetValue(load)!, parsed.GetValue(link), parsed.GetValue(memory), output, cancel)));
        return new System.CommandLine.Command("libvirt", "A lab of two real libvirt daemons.") { up };
    }

    private static async Task KeepAsync(string load, double link, int memory, TextWriter output, CancellationToken cancel)
    {
        if (link is not (> 0 and < 1e6))
        {
            throw new LabException(string.Create(CultureInfo.InvariantCulture, $"The link's rate is wrong: give --link a number above 0."));
        }

        await using var pair = await LibvirtPair.StartAsync(memory, link, cancel);
        using var guest = await pair.BootAsync(pair.A, load, cancel);
        await output.WriteLineAsync(
            $"""
            export LD_LIBRARY_PATH={pair.Libraries}
            a='libvirt:{pair.A.Uri}#{LibvirtPair.Domain}'
            b='libvirt:{pair.B.Uri}'
            channel={pair.B.PeerUri}
            virsh_a() {'{'} {string.Join(' ', pair.A.Enter())} virsh "$@"; {'}'}
            virsh_b() {'{'} {string.Join(' ', pair.B.Enter())} virsh "$@"; {'}'}

            # planner migrate "$a" "$b" --channel "$channel" --sla gold
            # Ctrl-C ends both hosts.
            """);
        await output.FlushAsync(cancel);
        await Task.Delay(Timeout.Infinite, cancel);
    }
}
