using Spectre.Console;
using Spectre.Console.Rendering;

namespace Planner.Cli;

/// <summary>What <see cref="PlainWriter"/> does, for a terminal: the console's own control codes stay, those in names are written out.</summary>
internal sealed class PlainHook : IRenderHook
{
    /// <inheritdoc/>
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(r => new Plain(r));

    private sealed class Plain(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            inner.Render(options, maxWidth).Select(s => s.IsControlCode || s.IsLineBreak ? s : new Segment(PlainWriter.WithoutControls(s.Text), s.Style));
    }
}
