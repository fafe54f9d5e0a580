using System.Globalization;
using System.Xml.Linq;
using Planner.Fleet;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Writes a plan as one page of HTML that needs nothing else: with pictures, their figures as tables, for screen (light and dark) and paper.</summary>
public static class FleetReport
{
    private const int MostRows = 200;

    private const string Style =
        ":root{--paper:#ffffff;--ink:#1f2328;--faint:#59636e;--line:#d1d9e0;--good:#1a7f37;--bad:#cf222e;color-scheme:light dark}"
        + "@media (prefers-color-scheme: dark){:root{--paper:#0d1117;--ink:#e6edf3;--faint:#9198a1;--line:#3d444d;--good:#3fb950;--bad:#f85149}}"
        + "@media print{:root{--paper:#ffffff;--ink:#000000;--faint:#333333;--line:#999999;--good:#1a7f37;--bad:#cf222e}details{display:block}section{break-inside:avoid}a{color:inherit}}"
        + "body{background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;margin:2rem auto;padding:0 1rem;max-width:64rem}"
        + "h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.2rem;margin-top:2.2rem}p.note,figcaption{color:var(--faint)}figure{margin:1rem 0}svg{max-width:100%;height:auto}"
        + "table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{border-bottom:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}"
        + "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.good{color:var(--good)}.bad{color:var(--bad)}summary{cursor:pointer;color:var(--faint)}";

    /// <summary>Writes the page.</summary>
    /// <param name="fleet">The fleet and its task.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="figures">What is shown beside it.</param>
    public static string Write(FleetSpec fleet, FleetPlan plan, FleetFigures figures)
    {
        var title = TitleOf(fleet);
        var page = new XElement(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", title),
                new XElement("style", Style)),
            new XElement("body", new XElement("main", new XElement("h1", title), Verdict(plan), Summary(fleet, plan, figures), Sections(fleet, plan, figures), Footer(plan))));
        return $"<!DOCTYPE html>\n{page.ToString(SaveOptions.None).ReplaceLineEndings("\n")}\n";
    }

    private static string TitleOf(FleetSpec fleet) => fleet.Task.Kind switch
    {
        FleetTaskKind.Drain => $"Plan: empty {Listed(fleet.Task.Drain)}",
        FleetTaskKind.MoveGiven => $"Plan: move {fleet.Machines.Count(m => m.To is not null)} machines to their targets",
        FleetTaskKind.Upgrade => $"Plan: reboot all {fleet.Hosts.Count} hosts, one after another",
        _ => $"Assessment: which of {fleet.Machines.Count} machines can be moved",
    };

    private static string Listed(IReadOnlyList<string> hosts) => hosts.Count <= 4 ? string.Join(", ", hosts) : $"{hosts.Count} hosts";

    private static XElement Verdict(FleetPlan plan) => new(
        "p", new XElement("strong", new XAttribute("class", plan.IsFeasible ? "good" : "bad"), plan.IsFeasible ? "Feasible. " : "Not feasible as asked. "), $"{Capital(plan.Reason)}.");

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static XElement Summary(FleetSpec fleet, FleetPlan plan, FleetFigures figures)
    {
        var rows = new List<string[]>
        {
            new[] { "Hosts, machines", $"{fleet.Hosts.Count}, {fleet.Machines.Count}" },
        };
        if (plan.Kind != FleetTaskKind.Assess)
        {
            rows.AddRange(
            [
                ["Moves", plan.Moves.Count.ToString(CultureInfo.InvariantCulture)],
                ["Done, half of the runs (P50)", Time(plan.MakespanP50Seconds)],
                ["Done, 19 of 20 runs (P95)", Time(plan.MakespanP95Seconds)],
                ["No plan takes less than", Time(plan.LowerBoundSeconds)],
                ["Asked for", fleet.Task.FinishWithin is { } within ? $"{Time(within.TotalSeconds)} with {Percent(fleet.Task.Confidence)}" : "no time"],
                ["Probability of being in time", plan.ProbabilityInTime is { } share ? Percent(share) : "-"],
                ["At risk while it runs", $"{figures.MostAtATime} moves at a time at the most; the fullest target host has {Percent(figures.FullestHostShare)} of its memory in use"],
            ]);
        }

        rows.Add(["Machines that cannot move", plan.Blocked.Count.ToString(CultureInfo.InvariantCulture)]);
        return ReportParts.Table(["", ""], rows, firstNumber: 99);
    }

    private static IEnumerable<XElement> Sections(FleetSpec fleet, FleetPlan plan, FleetFigures figures)
    {
        XElement?[] sections =
        [
            Blocked(plan),
            Choices(plan),
            FleetPictures.Schedule(plan),
            FleetPictures.Finish(fleet, plan),
            LastStarts(plan),
            FleetPictures.LinkUse(figures),
            Classes(figures),
            FleetPictures.WhatIf("Blackout against bandwidth", "How the bound on the blackout falls with the bandwidth of the move; the dashed line is what the class allows.", "bandwidth, MiB/s", figures.OverBandwidth),
            FleetPictures.WhatIf("Blackout against a dirty-rate limit", "What a limit on how fast the machine may write would make of the bound. It has to lie below the bandwidth.", "dirty-rate limit, MiB/s", figures.OverDirtyRateLimit),
            FleetPictures.Calibration(figures),
            Moves(plan),
        ];
        return sections.OfType<XElement>();
    }

    private static XElement? Blocked(FleetPlan plan) => plan.Blocked.Count == 0 ? null : ReportParts.Section(
        "Machines that cannot move",
        "They run on where they are; nothing stops them. The last column is the smallest change that would free each.",
        ReportParts.Table(["machine", "why", "cheapest change"], [.. plan.Blocked.Take(MostRows).Select(b => new[] { b.Machine, b.Reason, b.CheapestChange })], firstNumber: 99),
        ReportParts.More(plan.Blocked.Count - MostRows, "machines"));

    private static XElement? Choices(FleetPlan plan) => plan.Choices.Count == 0 ? null : ReportParts.Section(
        "Plans to choose from",
        "None of them beats another in both time and moves. The one in bold is planned below.",
        FleetPictures.Front(plan),
        ReportParts.Table(
            ["plan", "P50", "P95", "in time", "moves a machine", "most of one", "hosts away"],
            [.. plan.Choices.Select(c => new[]
            {
                (c.IsChosen ? "► " : "") + c.Name, Time(c.MakespanP50Seconds), Time(c.MakespanP95Seconds), c.ProbabilityInTime is { } share ? Percent(share) : "-",
                c.MovesPerMachine.ToString("0.000", CultureInfo.InvariantCulture), c.MostMovesOfAMachine.ToString(CultureInfo.InvariantCulture), c.MostHostsAway.ToString(CultureInfo.InvariantCulture),
            })],
            firstNumber: 1));

    private static XElement? LastStarts(FleetPlan plan)
    {
        var known = plan.LastSafeStart.Where(l => l.Value is not null).OrderBy(l => l.Value).ToList();
        return known.Count == 0 ? null : ReportParts.Section(
            "Last safe start",
            "So long each host can wait and still be done in time with the confidence that was asked for.",
            ReportParts.Table(["host", "from now"], [.. known.Take(MostRows).Select(l => new[] { l.Key, l.Value >= 0 ? Time(l.Value.Value) : $"{Time(-l.Value!.Value)} ago" })], firstNumber: 1),
            ReportParts.More(known.Count - MostRows, "hosts"));
    }

    private static XElement Classes(FleetFigures figures) => ReportParts.Section(
        "SLA feasibility by class",
        "Whether the machines of each class could be moved at the best bandwidth of their hosts.",
        ReportParts.Table(
            ["class", "machines", "as they are", "with a dirty-rate limit", "not"],
            [.. figures.Classes.Select(c => new[] { c.Class, N(c.Machines), N(c.AsTheyAre), N(c.WithLimit), N(c.TooSlow) })],
            firstNumber: 1));

    private static XElement? Moves(FleetPlan plan) => plan.Moves.Count == 0 ? null : ReportParts.Section(
        "Moves",
        null,
        ReportParts.Table(
            ["machine", "from", "to", "start", "P50", "P95", "bandwidth", "dirty-rate limit"],
            [.. plan.Moves.Take(MostRows).Select(m => new[]
            {
                m.Machine, m.From, m.To, Time(m.StartSeconds), Time(m.P50Seconds), Time(m.P95Seconds), Rate(m.BytesPerSecond), m.DirtyRateLimitBytesPerSecond is { } limit ? Rate(limit) : "-",
            })],
            firstNumber: 3),
        ReportParts.More(plan.Moves.Count - MostRows, "moves"));

    private static XElement Footer(FleetPlan plan) => new(
        "footer",
        plan.Assumptions.Select(a => new XElement("p", new XAttribute("class", "note"), a)),
        new XElement("p", new XAttribute("class", "note"), $"Plan {plan.Hash}; made from {plan.InputsHash}. The same inputs give the same plan; it is stale when they change."));

    private static string N(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Time(double seconds) => Words.Seconds(seconds);

    private static string Rate(double bytesPerSecond) => $"{Quantity.FormatBytes(bytesPerSecond)}/s";

    private static string Percent(double share) => $"{(share * 100).ToString("0.##", CultureInfo.InvariantCulture)} %";
}
