using System.CommandLine;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary><c>planner device PROFILE --listen PATH</c>: puts a simulated device behind a vfio-user socket.</summary>
internal static class DeviceCommand
{
    private static readonly (string Name, ServerBehaviour Behaviour)[] Behaviours =
    [
        ("tolerant", ServerBehaviour.Tolerant),
        ("libvfio-user", ServerBehaviour.LibvfioUser),
        ("old-libvfio-user", ServerBehaviour.OldLibvfioUser),
        ("kernel-like", ServerBehaviour.KernelLike),
        ("rust-vmm", ServerBehaviour.RustVmm),
    ];

    public static Command Create(CommonOptions common)
    {
        var profile = new Argument<string>("profile") { Description = $"A device profile (YAML), or a built-in one: {string.Join(", ", BuiltInProfiles.Names)}." };
        var listen = new Option<string>("--listen") { Description = "The socket to make.", HelpName = "PATH", Required = true };
        var seed = new Option<ulong>("--seed") { Description = "Decides every draw.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var behaviour = new Option<string>("--behaviour")
        {
            Description = "Which real server it behaves like.",
            HelpName = string.Join('|', Behaviours.Select(b => b.Name)),
            DefaultValueFactory = _ => Behaviours[0].Name,
        };
        behaviour.AcceptOnlyFromAmong([.. Behaviours.Select(b => b.Name)]);
        var command = new Command("device", "Put a simulated device behind a vfio-user socket, until Ctrl-C.") { profile, listen, seed, behaviour };
        command.SetAction(parsed => Run(
            common.Bind(parsed),
            parsed.GetRequiredValue(profile),
            parsed.GetRequiredValue(listen),
            parsed.GetValue(seed),
            Behaviours.First(b => b.Name == parsed.GetValue(behaviour)).Behaviour));
        return command;
    }

    private static int Run(CommandContext context, string profileName, string path, ulong seed, ServerBehaviour behaviour)
    {
        using var stop = new StopSignal();
        var profile = BuiltInProfiles.Names.Contains(profileName) ? BuiltInProfiles.Get(profileName) : DeviceProfileText.Read(TextFiles.Read(profileName), profileName);
        using var server = VfioUserServer.Start(profile, path, behaviour, new SimulatedDeviceOptions { Seed = seed });
        context.Say($"{profile.DeviceClass} listens on {server.SocketPath}; Ctrl-C ends it.");
        stop.Token.WaitHandle.WaitOne();
        return ExitStatus.Done;
    }
}
