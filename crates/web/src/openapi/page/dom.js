"use strict";

/* Elements, and texts in two languages. */

/** An element with attributes (functions listen) and children. */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return made;
}

/** What little Markdown the document has: paragraphs, lists, **bold**, `code`. */
function markdown(text) {
  return (text ?? "").split(/\n{2,}/).map((block) => {
    const lines = block.split("\n");
    if (lines.every((line) => line.startsWith("- "))) {
      return element("ul", {}, lines.map((line) => element("li", {}, inline(line.slice(2)))));
    }
    return element("p", {}, inline(block));
  });
}

function inline(text) {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((piece) => {
    if (piece.startsWith("**") && piece.length > 4) return element("strong", {}, piece.slice(2, -2));
    if (piece.startsWith("`") && piece.length > 2) return element("code", {}, piece.slice(1, -1));
    return piece;
  });
}

function json(value) {
  return element("pre", {}, JSON.stringify(value, null, 2));
}

/** Buttons of which one is pressed, and what it shows. */
function tabs(choices) {
  const shown = element("div");
  const buttons = choices.map(([name, show], index) =>
    element("button", { type: "button", "aria-pressed": String(index === 0), click: () => press(index, show) }, name));
  const press = (index, show) => {
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(at === index)));
    shown.replaceChildren(...[show()].flat());
  };
  if (choices.length > 0) shown.append(...[choices[0][1]()].flat());
  return choices.length > 1 ? [element("div", { class: "tabs" }, buttons), shown] : [shown];
}

const CHINESE = {
  "Search: path, field, code": "搜索：路径、字段、错误码",
  "Fields": "字段", "Examples": "示例", "Parameters": "参数", "Body": "请求体", "Answers": "响应",
  "Refusals": "错误", "Try it": "试一试", "Send": "发送", "Log in": "登录", "Token": "令牌", "User": "用户", "Password": "密码",
  "required": "必填", "or": "或", "one of": "取值", "at most": "至多", "at least": "至少", "characters": "个字符", "elements": "个元素",
  "pattern": "格式", "one of these forms": "以下形式之一", "default": "默认", "any text": "任意",
  "status": "状态", "code": "错误码", "title": "标题", "details, for example": "details 示例",
  "admin": "管理员", "user": "任何用户", "none": "无需凭证", "or API key": "或 API key", "any content type": "任意类型",
  "a file": "文件", "Nothing is found.": "没有找到。", "The document cannot be loaded.": "无法加载文档。",
  "Credentials": "凭证", "kept until this page is left": "离开本页即清除", "no body": "无响应体", "logged in": "已登录",
  "Users": "用户", "Account": "账号", "Settings": "设置", "Monitoring": "监控", "Contacts": "联系人", "Messages": "消息", "Media": "媒体", "Notifications": "回调通知",
  "Profile": "资料", "Certificates": "证书", "Backup": "备份", "Services": "服务", "Stickers": "贴纸", "Groups": "群组",
  "Description": "说明", "Probes": "探测", "Development": "开发",
};

const kept = { get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* a private window: for this time only */ } } };

let language = kept.get("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");

/** A label in the reader's language. */
function say(label) {
  return language === "zh" ? CHINESE[label] ?? label : label;
}
