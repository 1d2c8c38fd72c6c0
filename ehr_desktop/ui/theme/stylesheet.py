"""The one style sheet: what a palette cannot say.

A widget picks its look through dynamic properties (`look`, `level`, `tone`, `invalid`)
set before it is first shown; `ui.widgets` sets them. Heights add up to 36 px for
everything one types into or presses.
"""

from dataclasses import fields
from string import Template

from ehr_desktop.ui.theme.marks import mark_path, marks
from ehr_desktop.ui.theme.tokens import Radius, Scheme, Tokens, Tone

_TEXT = """
QToolTip { background: $tooltip; color: $on_tooltip; border: 1px solid $tooltip; padding: 5px 8px; }
QLabel { background: transparent; }
QLabel[level="muted"] { color: $text_muted; }
QLabel[level="faint"] { color: $text_faint; }
QLabel[tone="success"] { color: $success_fg; }
QLabel[tone="warning"] { color: $warning_fg; }
QLabel[tone="danger"] { color: $danger_fg; }
QLabel[tone="note"] { color: $note_fg; }
QLabel[tone="accent"] { color: $link; }
QLabel:disabled { color: $text_disabled; }
"""

_BUTTONS = """
QPushButton { background: $surface; color: $text; border: 1px solid $edge;
  border-radius: $radius; padding: 0 14px; min-height: 34px; font-weight: 500; }
QPushButton:hover { background: $raised; }
QPushButton:pressed { background: $hairline; }
QPushButton[look="primary"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[look="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[look="primary"]:pressed { background: $accent_pressed; border-color: $accent_pressed; }
QPushButton[look="danger"] { background: $danger_fill; color: $on_danger;
  border-color: $danger_fill; }
QPushButton[look="danger"]:hover { background: $danger_hover; border-color: $danger_hover; }
QPushButton[look="ghost"] { background: transparent; border-color: transparent; color: $link; }
QPushButton[look="ghost"]:hover { background: $accent_soft; }
QPushButton[look="icon"] { background: transparent; border-color: transparent; padding: 0;
  min-width: 34px; max-width: 34px; }
QPushButton[look="icon"]:hover, QPushButton[look="icon"]:checked { background: $raised; }
QPushButton[look="key"] { min-height: 46px; min-width: 58px; }
QPushButton[look="segment"] { background: transparent; border-color: transparent;
  color: $text_muted; min-height: 26px; padding: 0 12px; border-radius: $radius_small; }
QPushButton[look="segment"]:hover { color: $text; }
QPushButton[look="segment"]:checked { background: $surface; color: $text; border-color: $edge; }
QPushButton:disabled, QPushButton[look="primary"]:disabled, QPushButton[look="danger"]:disabled {
  background: $raised; color: $text_disabled; border-color: $hairline; }
QPushButton[look="ghost"]:disabled, QPushButton[look="icon"]:disabled {
  background: transparent; color: $text_disabled; border-color: transparent; }
QPushButton:focus { border: 2px solid $focus; padding: 0 13px; min-height: 32px; }
QPushButton[look="primary"]:focus, QPushButton[look="danger"]:focus { border-color: $text; }
QPushButton[look="icon"]:focus { padding: 0; min-width: 32px; max-width: 32px; }
QPushButton[look="key"]:focus { min-height: 44px; min-width: 56px; }
QPushButton[look="segment"]:focus { min-height: 24px; padding: 0 11px; }
"""

_FIELDS = """
QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QTextEdit {
  background: $surface; color: $text; border: 1px solid $border; border-radius: $radius;
  padding: 0 9px; min-height: 34px; selection-background-color: $accent;
  selection-color: $on_accent; placeholder-text-color: $text_faint; }
QPlainTextEdit, QTextEdit { padding: 5px 6px; }
QComboBox { padding-left: 11px; }
QLineEdit[echoMode="2"] { lineedit-password-character: 8226; }
QLineEdit[leading="true"] { padding-left: 2px; }
QLineEdit:hover, QComboBox:hover, QPlainTextEdit:hover { border-color: $text_muted; }
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
  border: 2px solid $focus; padding: 0 8px; min-height: 32px; }
QPlainTextEdit:focus, QTextEdit:focus { padding: 4px 5px; }
QComboBox:focus { padding-left: 10px; }
QLineEdit[leading="true"]:focus { padding-left: 1px; }
QLineEdit[invalid="true"], QComboBox[invalid="true"], QPlainTextEdit[invalid="true"] {
  border-color: $danger_fill; }
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled, QPlainTextEdit:disabled {
  background: $raised; color: $text_disabled; border-color: $hairline; }
QLineEdit[readOnly="true"] { background: $raised; border-color: $hairline; }
QLineEdit QToolButton { background: transparent; border: none; padding: 0; }
QComboBox::drop-down, QDateEdit::drop-down { border: none; width: 28px; }
QComboBox::down-arrow, QDateEdit::down-arrow { image: url($mark_chevron_down);
  width: 16px; height: 16px; }
QComboBox QAbstractItemView { background: $surface; color: $text; border: 1px solid $edge;
  border-radius: $radius; padding: 4px; outline: none; selection-background-color: $accent_soft;
  selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: 30px; padding: 0 8px;
  border-radius: $radius_small; }
QAbstractSpinBox { padding: 0; min-height: 31px; }
QAbstractSpinBox:focus { padding: 0; min-height: 29px; }
QSpinBox::up-button, QSpinBox::down-button { border: none; width: 20px; }
QSpinBox::up-arrow { image: url($mark_chevron_up); width: 12px; height: 12px; }
QSpinBox::down-arrow { image: url($mark_chevron_down); width: 12px; height: 12px; }
QCheckBox, QRadioButton { spacing: 8px; min-height: 24px; padding: 2px;
  border-radius: $radius_small; border: 2px solid transparent; }
QCheckBox:focus, QRadioButton:focus { border-color: $focus; }
QCheckBox:disabled, QRadioButton:disabled { color: $text_disabled; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px; background: $surface;
  border: 1px solid $border; border-radius: $radius_small; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent;
  image: url($mark_check); }
QCheckBox::indicator:indeterminate { background: $accent; border-color: $accent;
  image: url($mark_minus); }
QRadioButton::indicator { border-radius: 9px; }
QRadioButton::indicator:checked { width: 8px; height: 8px; border: 5px solid $accent; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $hairline;
  background: $raised; }
"""

_LISTS = """
QAbstractItemView { background: $surface; color: $text; border: none; outline: none;
  selection-background-color: $accent_soft; selection-color: $text; }
QTableView { background: transparent; gridline-color: $hairline; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: transparent; color: $text_muted; border: none;
  border-bottom: 1px solid $edge; padding: 0 12px; min-height: 34px; font-weight: 500; }
QHeaderView::section:hover { color: $text; }
QHeaderView::up-arrow { image: url($mark_chevron_up); width: 14px; height: 14px; }
QHeaderView::down-arrow { image: url($mark_chevron_down); width: 14px; height: 14px; }
QTableCornerButton::section { background: $surface; border: none; }
QListView::item { min-height: 36px; padding: 0 12px; }
QListView::item:hover { background: $raised; }
QListView::item:selected { background: $accent_soft; color: $text; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $thumb; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 36px; }
QScrollBar::handle:horizontal { min-width: 36px; }
QScrollBar::handle:hover { background: $border; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollArea, QScrollArea > QWidget > QWidget[look="scrolled"] { background: transparent;
  border: none; }
"""

_SURFACES = """
QFrame[look="card"] { background: $surface; border: 1px solid $edge;
  border-radius: $radius_large; }
QFrame[look="panel"] { background: $surface; border: none; border-left: 1px solid $edge; }
QFrame[look="sheet"] { background: $surface; border: 1px solid $edge;
  border-radius: $radius_large; }
QFrame[look="popup"] { background: $surface; border: 1px solid $edge; border-radius: $radius; }
QFrame[look="well"] { background: $well; border: none; border-radius: $radius; }
QFrame[look="rail"] { background: $canvas; border: none; border-right: 1px solid $edge; }
QFrame[look="rule"] { background: $hairline; border: none; }
QFrame[look="snackbar"] { background: $tooltip; border: 1px solid $tooltip;
  border-radius: $radius_large; }
QFrame[look="snackbar"] QLabel { color: $on_tooltip; }
QFrame[look="snackbar"] QPushButton { background: transparent; color: $on_tooltip;
  border-color: transparent; text-decoration: underline; }
QFrame[look="snackbar"] QPushButton:hover, QFrame[look="snackbar"] QPushButton:focus {
  border: 2px solid $on_tooltip; padding: 0 13px; min-height: 32px; }
QFrame[look="callout"] { border: 1px solid $edge; border-radius: $radius; background: $raised; }
QFrame[look="callout"][tone="accent"] { background: $accent_soft; border-color: $accent; }
QFrame[look="callout"][tone="success"] { background: $success_bg; border-color: $success_edge; }
QFrame[look="callout"][tone="warning"] { background: $warning_bg; border-color: $warning_edge; }
QFrame[look="callout"][tone="danger"] { background: $danger_bg; border-color: $danger_edge; }
QFrame[look="callout"][tone="note"] { background: $note_bg; border-color: $note_edge; }
QTabWidget::pane { border: none; border-top: 1px solid $edge; }
QTabBar { background: transparent; border: none; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $text_muted; border: none; padding: 0 4px;
  margin-right: 20px; min-height: 34px; font-weight: 500; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:selected:focus { border: 2px solid $focus; border-radius: $radius_small;
  padding: 0 2px; min-height: 32px; }
QTabBar::tab:disabled { color: $text_disabled; }
QMenu { background: $surface; border: 1px solid $edge; padding: 4px; }
QMenu::item { color: $text; padding: 7px 28px 7px 10px; border-radius: $radius_small; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $text_disabled; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }
QMenu::indicator:checked { image: url($mark_menu_check); }
QMenu::separator { height: 1px; background: $hairline; margin: 4px 8px; }
QMenuBar { background: $canvas; }
QMenuBar::item { padding: 6px 10px; background: transparent; border-radius: $radius_small; }
QMenuBar::item:selected { background: $raised; }
QProgressBar { background: $raised; border: none; border-radius: 3px; min-height: 6px;
  max-height: 6px; color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSplitter::handle { background: $hairline; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QCalendarWidget QWidget#qt_calendar_navigationbar { background: $surface; }
QCalendarWidget QToolButton { background: transparent; color: $text; border: none;
  border-radius: $radius_small; padding: 6px 8px; font-weight: 600; }
QCalendarWidget QToolButton:hover { background: $raised; }
QCalendarWidget QToolButton::menu-indicator { image: none; }
QCalendarWidget QToolButton#qt_calendar_prevmonth { qproperty-icon: url($mark_chevron_left); }
QCalendarWidget QToolButton#qt_calendar_nextmonth { qproperty-icon: url($mark_chevron_right); }
QCalendarWidget QTableView { background: $surface; }
QCalendarWidget QAbstractItemView { selection-background-color: $accent;
  selection-color: $on_accent; }
QCalendarWidget QAbstractItemView:disabled { color: $text_disabled; }
"""


def stylesheet(tokens: Tokens) -> str:
    """Return the application's style sheet in the colours of `tokens`."""
    return Template(_TEXT + _BUTTONS + _FIELDS + _LISTS + _SURFACES).substitute(_words(tokens))


def _words(tokens: Tokens) -> dict[str, str]:
    colours = {field.name: getattr(tokens, field.name) for field in fields(tokens)}
    words = {name: value for name, value in colours.items() if isinstance(value, str)}
    outlined = tokens.scheme is Scheme.HIGH_CONTRAST
    for tone in (Tone.SUCCESS, Tone.WARNING, Tone.DANGER, Tone.NOTE):
        pair = tokens.tone(tone)
        words[f"{tone.value}_fg"] = pair.foreground
        words[f"{tone.value}_bg"] = pair.background
        words[f"{tone.value}_edge"] = pair.foreground if outlined else pair.background
    for mark, _ in marks(tokens.scheme):
        path = mark_path(tokens.scheme, mark).as_posix()
        words[f"mark_{mark.replace('-', '_')}"] = f'"{path}"'
    words["radius"] = f"{Radius.MEDIUM}px"
    words["radius_small"] = f"{Radius.SMALL}px"
    words["radius_large"] = f"{Radius.LARGE}px"
    return words
