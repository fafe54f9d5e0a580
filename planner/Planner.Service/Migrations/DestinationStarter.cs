using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Planner.Service;

/// <summary>Makes the destination of a machine by a command that the service's own file names: no shell, only the environment that the file gives, limited time and output. What a caller sends is an argument
/// at the most, never a program.</summary>
internal sealed class DestinationStarter(ServiceParts parts)
{
    private const int MostCharacters = 64 * 1024;
    private const int LongestAddress = 4096;
    private const int LongestLogLine = 300;
    private static readonly TimeSpan AfterEnd = TimeSpan.FromSeconds(1);

    /// <summary>A command of the file.</summary>
    /// <exception cref="RefusedException">There is none of the name.</exception>
    public static DestinationCommand Find(ServiceParts parts, string name) => parts.Options.Configuration.Commands.FirstOrDefault(c => c.Name == name)
        ?? throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"This service has no command '{name}' that makes destinations: its file names {(parts.Options.Configuration.Commands is { Count: > 0 } known ? string.Join(", ", known.Select(c => c.Name)) : "none")}.");

    /// <summary>Makes the destination.</summary>
    /// <param name="migration">The migration that needs it.</param>
    /// <param name="nodeAddress">How the node is reached; empty if that is not known.</param>
    /// <param name="cancel">Gives up, and ends the command.</param>
    /// <returns>The address: the last line that the command has printed.</returns>
    /// <exception cref="RefusedException">The command cannot be run, fails, takes too long, or prints no address.</exception>
    public async Task<string> MakeAsync(Operation migration, string nodeAddress, CancellationToken cancel)
    {
        var command = Find(parts, migration.DestinationCommand!);
        using var process = Start(command, migration, nodeAddress);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(command.Timeout);
        try
        {
            process.StandardInput.Close();
            var (output, error) = (ReadAsync(process.StandardOutput, limit), ReadAsync(process.StandardError, limit));
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);

            // What it has started may hold its output open for ever.
            await Task.WhenAny(Task.WhenAll(output, error), Task.Delay(AfterEnd, parts.Clock, limit.Token)).ConfigureAwait(false);
            return process.ExitCode == 0
                ? AddressOf(command, output.IsCompletedSuccessfully ? await output.ConfigureAwait(false) : null)
                : throw Failed(command, $"ended with status {process.ExitCode}; the log of the service says more", error.IsCompletedSuccessfully ? await error.ConfigureAwait(false) : null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Failed(command, $"took longer than {Measurements.Quantity.Format(command.Timeout)}, or printed more than {MostCharacters} characters, and was ended", null);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private Process Start(DestinationCommand command, Operation migration, string nodeAddress)
    {
        string Filled(string argument) => argument
            .Replace("{machine}", migration.Machine, StringComparison.Ordinal)
            .Replace("{node}", migration.DestinationNode, StringComparison.Ordinal)
            .Replace("{address}", nodeAddress, StringComparison.Ordinal)
            .Replace("{source}", migration.Source, StringComparison.Ordinal);
        var start = new ProcessStartInfo(command.Run[0], command.Run.Skip(1).Select(Filled)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment.Clear();
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw Failed(command, $"cannot be run ({e.Message.TrimEnd('.')})", null);
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationTokenSource limit)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer, limit.Token).ConfigureAwait(false) is > 0 and var read)
        {
            text.Append(buffer, 0, read);
            if (text.Length > MostCharacters)
            {
                await limit.CancelAsync().ConfigureAwait(false);
                limit.Token.ThrowIfCancellationRequested();
            }
        }

        return text.ToString();
    }

    private RefusedException Failed(DestinationCommand command, string how, string? error)
    {
        var last = error?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() is { } line
            ? $"; it says: {new string([.. line.Where(c => !char.IsControl(c)).Take(LongestLogLine)])}"
            : "";
        parts.Options.Say($"The command '{command.Name}' {how}{last}");
        return new RefusedException(StatusCodes.Status409Conflict, $"The destination was not made: the command '{command.Name}' {how}.") { CheapestChange = $"see to the command '{command.Name}' of the service's file" };
    }

    private RefusedException NoAddress(DestinationCommand command) => Failed(command, "printed no address as its last line", null);

    private string AddressOf(DestinationCommand command, string? output) =>
        output?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() is { Length: <= LongestAddress } line && line.Contains(':', StringComparison.Ordinal) && !line.Any(char.IsControl)
            ? line
            : throw NoAddress(command);
}
