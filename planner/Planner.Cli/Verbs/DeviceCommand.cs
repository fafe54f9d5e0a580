using System.CommandLine;
using Planner.Devices;
using Planner.Measurements;
using Planner.Sessions;
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
        profile.CompletionSources.Add([.. BuiltInProfiles.Names]);
        var seed = Choices.Seed("Decides every draw.");
        var behaviour = Choices.Of(new Option<ServerBehaviour>("--behaviour") { Description = "Which real server it behaves like.", DefaultValueFactory = _ => Behaviours[0].Behaviour }, Behaviours);
        var command = new Command("device", "Put a simulated device behind a vfio-user socket, until Ctrl-C.") { profile, listen, seed, behaviour };
        command.SetAction(parsed => Run(
            common.Bind(parsed),
            parsed.GetRequiredValue(profile),
            parsed.GetRequiredValue(listen),
            parsed.GetValue(seed),
            parsed.GetRequiredValue(behaviour)));
        return command;
    }

    /// <summary>Reads a profile: a built-in one by its name, or a file.</summary>
    public static DeviceProfile ReadProfile(string name) =>
        BuiltInProfiles.Names.Contains(name) ? BuiltInProfiles.Get(name) : DeviceProfileText.Read(TextFiles.Read(name), name);

    private static VfioUserServer Start(DeviceProfile profile, string path, ServerBehaviour behaviour, ulong seed)
    {
        try
        {
            return VfioUserServer.Start(profile, path, behaviour, new SimulatedDeviceOptions { Seed = seed });
        }
        catch (DeviceException e) when (e.Fault == DeviceFault.Failed)
        {
            // Another path would do.
            throw new CliException(ExitStatus.InvalidInput, e.Message);
        }
    }

    private static int Run(CommandContext context, string profileName, string path, ulong seed, ServerBehaviour behaviour)
    {
        if (!SocketPaths.TryParse(path, path, out _, out var problem))
        {
            throw new CliException(ExitStatus.InvalidInput, problem);
        }

        using var stop = new StopSignal();
        var profile = Interruptible.Run(() => ReadProfile(profileName), stop.Token);
        using var server = Start(profile, path, behaviour, seed);
        context.Say($"{profile.DeviceClass} listens on {server.SocketPath}; Ctrl-C ends it.");
        stop.Token.WaitHandle.WaitOne();
        return ExitStatus.Done;
    }
}
