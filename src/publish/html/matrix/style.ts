/** What the report of a matrix looks like beyond the style of all reports: the choice of a metric, and the cells of a heat map. */
export const matrixStyle = `
:root{--way:"darker"}
@media(prefers-color-scheme:dark){:root:not([data-theme=light]){--way:"lighter"}}
:root[data-theme=dark]{--way:"lighter"}
.pick{position:relative;border:0;margin:0;padding:0;min-width:0}.pick legend{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.pick>input{position:absolute;opacity:0;margin:0}
.pick>label{display:inline-block;font-size:13px;padding:4px 12px;margin:0 6px 6px 0;border:1px solid var(--line);border-radius:99px;cursor:pointer;color:var(--mute)}
.pick>label:hover{background:var(--zone)}.pick>input:checked+label{background:var(--ink);border-color:var(--ink);color:var(--card)}
.pick>input:focus-visible+label{outline:2px solid var(--i1);outline-offset:2px}
.pick>.panel{display:none;margin-top:8px}
${[1, 2, 3, 4, 5].map((k) => `.pick>input:nth-of-type(${k}):checked~.panel:nth-of-type(${k})`).join(",")}{display:block}
.ramp{display:flex;flex-wrap:wrap;align-items:center;gap:4px 8px;font-size:13px;color:var(--mute);margin-bottom:12px}.ramp b{color:var(--ink)}.ramp s{display:flex}.ramp s i{width:18px;height:11px}.ramp i.hatch{width:18px;height:11px;border:1px solid var(--line)}
.way::before{content:var(--way)}
.maps{display:grid;gap:18px;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr))}.maps>div{min-width:0}
.map caption{text-align:left;font-weight:600;font-size:14px;padding-bottom:4px}
.map{width:100%;table-layout:fixed;border-collapse:separate;border-spacing:2px}.map th{padding:4px 8px}.map td{border:0;border-radius:4px;padding:8px;text-align:center;height:58px}.map td small{color:inherit}.map td svg{display:inline-block;width:14px;height:14px;vertical-align:-2px;margin-right:4px}
.map thead th{text-align:center}.corner span{white-space:nowrap}.map th.corner{text-align:left;width:120px}.map th{white-space:normal;overflow-wrap:anywhere}
.map .q1,.ramp .q1{background:var(--h1)}.map .q2,.ramp .q2{background:var(--h2)}.map .q3,.ramp .q3{background:var(--h3)}.map .q4,.ramp .q4{background:var(--h4)}.map .q5,.ramp .q5{background:var(--h6)}.map .q6,.ramp .q6{background:var(--h7)}.map .q7,.ramp .q7{background:var(--h8)}
.map .q5,.map .q6,.map .q7{color:var(--card)}
.hatch{background:repeating-linear-gradient(135deg,var(--card) 0 6px,var(--zone) 6px 12px)}.map td.hatch{color:var(--ink);outline:1px solid var(--line);outline-offset:-1px}
.map td.hatch small{overflow-wrap:anywhere}
.best{font-size:11.5px;font-weight:600;letter-spacing:.02em;border:1px solid currentColor;border-radius:99px;padding:0 6px;white-space:nowrap}
.figures a{color:var(--i0)}.figures td{padding:8px}.figures th{padding:6px 8px}
@media(max-width:560px){.figures tr{grid-template-columns:repeat(2,minmax(0,1fr))!important}.figures td.r{white-space:normal}}
@media print{.figures .link{display:none}.figures{font-size:10px}.figures td,.figures th{padding:4px 2px;font-size:inherit}.figures td small{font-size:9px}.figures .best{display:block;width:fit-content;margin:1px 0 1px auto;font-size:9px}.map{min-width:0!important}.map th.corner{width:80px}.figures .pill{padding:2px 4px;font-size:10px;gap:3px}.figures .pill svg{width:12px;height:12px}.pick>label{display:none}.pick>.panel{display:block!important;break-inside:avoid;margin-bottom:14px}.map td,.ramp i{print-color-adjust:exact;-webkit-print-color-adjust:exact}.map td{height:auto;padding:4px}.maps{grid-template-columns:repeat(2,minmax(0,1fr))}}
`;
