using System.CommandLine;
using Planner.Documents;
using Planner.Service;
using Planner.Storage;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner token create|list|revoke</c>: who may call the service.</summary>
internal static class TokenCommand
{
    private const int LongestName = 63;

    public static Command Create(CommonOptions common)
    {
        var scope = Choices.Of(new Option<Scope>("--scope") { Description = "What may be done with it: each holds those before it.", Required = true }, ("read", Scope.Read), ("operate", Scope.Operate), ("admin", Scope.Admin));
        var name = new Option<string>("--name") { Description = "What it is for; it stands in the audit.", HelpName = "NAME", DefaultValueFactory = _ => "unnamed" };
        var expires = new Option<TimeSpan?>("--expires")
        {
            Description = "How long it lasts, such as 90d; for ever unless told.",
            HelpName = "TIME",
            CustomParser = result =>
            {
                if (!UnitText.TryParseDuration(result.Tokens[^1].Value, out var time) || time <= TimeSpan.Zero)
                {
                    result.AddError($"--expires is '{result.Tokens[^1].Value}'; a time {UnitText.DurationForm}, such as 90d, is expected.");
                }

                return time;
            },
        };
        var create = new Command("create", "Make a token. It is printed once, and only a hash of it is kept.") { scope, name, expires };
        create.SetAction(parsed => Make(common.Bind(parsed), parsed.GetValue(scope), parsed.GetRequiredValue(name), parsed.GetValue(expires)));
        var list = new Command("list", "List the tokens; what they are made of is not kept.");
        list.SetAction(parsed => List(common.Bind(parsed)));
        var id = new Argument<string>("id") { Description = "The token's identifier, as 'list' has it." };
        var revoke = new Command("revoke", "Revoke a token: from then on it lets nobody in.") { id };
        revoke.SetAction(parsed => Revoke(common.Bind(parsed), parsed.GetRequiredValue(id)));
        return new Command("token", "Make, list and revoke tokens for the service.") { create, list, revoke };
    }

    private static int Make(CommandContext context, Scope scope, string name, TimeSpan? lasts)
    {
        if (name.Length > LongestName)
        {
            throw new CliException(ExitStatus.InvalidInput, $"--name has {name.Length} characters; at most {LongestName} are kept");
        }

        using var store = context.OpenWholeStore(CancellationToken.None);
        var now = TimeProvider.System.GetUtcNow();
        var (kept, text) = AccessTokens.Make(name, scope, now, now + lasts);
        new ServiceStore(store).Change(change => change.Put(kept));
        if (context.IsJson)
        {
            context.Output.WriteLine(CliJson.Write(Report(kept) with { Token = text }, ServiceReports.Default.TokenReport));
        }
        else
        {
            context.Say($"The token {kept.Id} ({kept.Name}, {kept.Scope}) is printed once:");
            context.Output.WriteLine(text);
        }

        return ExitStatus.Done;
    }

    private static int List(CommandContext context)
    {
        using var store = context.OpenWholeStore(CancellationToken.None);
        var tokens = new ServiceStore(store).ListTokens();
        if (context.IsJson)
        {
            foreach (var token in tokens)
            {
                context.Output.WriteLine(CliJson.Write(Report(token), ServiceReports.Default.TokenReport));
            }

            return ExitStatus.Done;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in new[] { "id", "name", "scope", "made (UTC)", "ends (UTC)", "revoked (UTC)" })
        {
            table.AddColumn(column);
        }

        foreach (var token in tokens)
        {
            table.AddRow(token.Id, Markup.Escape(token.Name), token.Scope, Time(token.Created), Time(token.Expires), Time(token.Revoked));
        }

        context.Console.WriteTable(table);
        return ExitStatus.Done;
    }

    private static int Revoke(CommandContext context, string id)
    {
        using var store = context.OpenWholeStore(CancellationToken.None);
        var records = new ServiceStore(store);
        var token = records.FindToken(id) ?? throw new CliException(ExitStatus.InvalidInput, $"there is no token '{id}': 'planner token list' has their identifiers");
        records.Change(change => change.Put(token with { Revoked = token.Revoked ?? TimeProvider.System.GetUtcNow() }));
        context.Say($"The token {token.Id} ({token.Name}) lets nobody in any more.");
        return ExitStatus.Done;
    }

    private static TokenReport Report(StoredToken token) => new(token.Id, token.Name, token.Scope, token.Created, token.Expires, token.Revoked);

    private static string Time(DateTimeOffset? at) => at is { } time ? $"{time.UtcDateTime:yyyy-MM-dd HH:mm}" : "-";
}
